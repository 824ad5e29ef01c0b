// The open incidents, one at most for each sensor. A value in range of a sensor without an incident never comes here.
// Any worker; a mutex inside.
#pragma once

#include "broker/plugin/plugin.hpp"
#include "broker/plugins/sensors/options.hpp"
#include "broker/plugins/sensors/registry.hpp"
#include "storage/records.hpp"

#include <atomic>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

namespace nightjar::plugins::sensors {

class incident_book {
  public:
    // `open`: what the store holds; `last`: the largest id ever given.
    incident_book(const options& settings, std::vector<storage::incident_record> open, storage::incident_id last);

    struct observation {
        sensor& of;
        const storage::sensor_record& record;
        double value;
        const threshold& range;
        std::int64_t now_ms;
    };
    // Opens, counts or closes; rows go into host.batch(), messages to host.publish(). Returns the id of an incident
    // that it opened, otherwise 0.
    storage::incident_id observe(plugin::host& host, const observation& seen);

    std::size_t open_count() const { return open_count_.load(std::memory_order_relaxed); }
    // Since the start; opened: by the sensor's type.
    struct totals {
        std::map<std::string, std::uint64_t> opened;
        std::uint64_t closed = 0;
    };
    totals counted() const;
    bool is_open(storage::sensor_id sensor) const;
    std::vector<storage::incident_record> open() const;

    // The retained copies, which a restart has to publish again.
    void publish_retained(plugin::host& host, const storage::incident_record& incident,
                          const storage::sensor_record& sensor, std::int64_t now_ms) const;

  private:
    storage::incident_id open_one(plugin::host& host, const observation& seen);
    void count(plugin::host& host, storage::incident_record& incident, const observation& seen);
    void close(plugin::host& host, storage::incident_record incident, const observation& seen);
    void announce(plugin::host& host, std::string_view alert_type, const storage::incident_record& incident,
                  const observation& seen) const;

    const options& options_;
    mutable std::mutex mutex_; // guards open_, last_id_, totals_
    boost::unordered_flat_map<storage::sensor_id, storage::incident_record> open_;
    storage::incident_id last_id_;
    totals totals_;
    std::atomic<std::size_t> open_count_;
};

} // namespace nightjar::plugins::sensors
