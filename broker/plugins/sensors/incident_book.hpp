// The incidents that are not closed: one at most for each sensor and kind. A value in range of a sensor that is not
// watched never comes here. Any worker; a mutex inside.
//
//     open -> acknowledged -> closed, or open -> closed. Closed is final: a new breach is a new incident.
//
// Each change of state is a row, a step of the incident's history, a message, a retained copy and an alert. Reminders
// and escalation count on the steady clock; times that are told are the wall clock's.
#pragma once

#include "broker/plugin/plugin.hpp"
#include "broker/plugins/sensors/alert.hpp"
#include "broker/plugins/sensors/options.hpp"
#include "broker/plugins/sensors/registry.hpp"
#include "storage/records.hpp"

#include <atomic>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

namespace nightjar::plugins::sensors {

class incident_book {
  public:
    // `open`: what the store holds; `last`: the largest id ever given. `others`: who is told of alerts besides MQTT.
    incident_book(const options& settings, const registry& known, std::vector<storage::incident_record> open,
                  storage::incident_id last, alert_listener* others = nullptr);

    struct observation {
        sensor& of;
        const storage::sensor_record& record;
        double value;
        const watch_rule& rule;
    };
    // Opens, counts or closes. Returns the id of an incident that it opened, otherwise 0.
    storage::incident_id observe(plugin::host& host, const observation& seen);
    // Nothing came of this sensor for `seconds`.
    void note_silence(plugin::host& host, sensor& of, const storage::sensor_record& record, std::int64_t seconds);
    // Reminders and escalation. Worker 0.
    void on_tick(plugin::host& host);
    // In its place while nobody is to be told of anything: this time counts for neither.
    void stand_still(plugin::host& host);

    // --- what people do; `by` and `comment` may be empty
    struct person {
        std::string_view by, comment;
    };
    struct outcome {
        std::string_view refused; // why not, static text; empty: done
        storage::incident_record incident;
        storage::sensor_record sensor;
    };
    outcome create(plugin::host& host, storage::sensor_id sensor, std::string_view reason, person who);
    outcome acknowledge(plugin::host& host, storage::incident_id id, person who);
    outcome close(plugin::host& host, storage::incident_id id, person who);
    outcome comment(plugin::host& host, storage::incident_id id, person who);
    // The sensor is removed, and marked so: all of its incidents close, and no more open.
    void end_all(plugin::host& host, const storage::sensor_record& of, person who);

    std::size_t open_count() const { return open_count_.load(std::memory_order_relaxed); }
    // Since the start; opened: by the sensor's type.
    struct totals {
        std::map<std::string, std::uint64_t> opened;
        std::uint64_t closed = 0;
    };
    totals counted() const;
    bool is_watched(storage::sensor_id sensor) const;   // it has an incident that a value can close
    std::vector<storage::incident_record> open() const; // ascending id

    // The retained copies, which a restart has to publish again.
    void publish_retained(plugin::host& host, const storage::incident_record& incident,
                          const storage::sensor_record& sensor, std::int64_t now_ms) const;

  private:
    struct entry {
        storage::incident_record record;
        unsigned back = 0; // values in range, one after the other
        // The steady clock's, milliseconds; nothing: from before this process, see start_clocks().
        std::optional<std::int64_t> opened, reminded;
    };
    using book = std::map<storage::incident_id, entry>;

    book::iterator find(storage::sensor_id sensor, storage::incident_kind kind);
    entry& open_one(plugin::host& host, storage::incident_record incident, const storage::sensor_record& sensor,
                    person who);
    static void count(plugin::host& host, storage::incident_record& incident, double value);
    void weigh(plugin::host& host, book::iterator known, const observation& seen);
    void close(plugin::host& host, book::iterator known, const storage::sensor_record& sensor, person who);
    void remind(plugin::host& host, entry& e) const;
    void start_clocks(plugin::host& host, entry& e) const;
    static void step(plugin::host& host, storage::incident_record& incident, person who);
    void announce(plugin::host& host, alert_type type, const storage::incident_record& incident,
                  const storage::sensor_record& sensor) const;
    void tell(plugin::host& host, alert_type type, const storage::incident_record& incident,
              const storage::sensor_record& sensor) const;
    std::string_view refusal(storage::incident_id id) const;
    void watch(sensor& of) const;

    const options& options_;
    const registry& registry_;
    alert_listener* const others_;
    std::optional<std::int64_t> ticked_ms_; // worker 0's: the steady clock at its last tick
    mutable std::mutex mutex_;              // guards all below
    book open_;
    std::map<std::pair<storage::sensor_id, storage::incident_kind>, storage::incident_id> by_sensor_;
    boost::unordered_flat_map<storage::sensor_id, unsigned> streaks_; // values out of range, fewer than open_after
    storage::incident_id last_id_;
    totals totals_;
    std::atomic<std::size_t> open_count_;
};

} // namespace nightjar::plugins::sensors
