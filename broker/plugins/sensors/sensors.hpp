// The built-in plugin `builtin:sensors`: takes publishes of its sources, stores their values, checks thresholds, opens
// and closes incidents, and publishes what changed.
//
// A value costs no lock: each worker has its own view of the sensors it has met. Locks stand where a sensor is met for
// the first time or changes (registry), where a value is out of range (incident_book), where one is refused
// (rejections).
#pragma once

#include "broker/log/logger.hpp"
#include "broker/plugin/plugin.hpp"
#include "broker/plugins/sensors/commands.hpp"
#include "broker/plugins/sensors/history_writer.hpp"
#include "broker/plugins/sensors/incident_book.hpp"
#include "broker/plugins/sensors/notifier.hpp"
#include "broker/plugins/sensors/options.hpp"
#include "broker/plugins/sensors/payload.hpp"
#include "broker/plugins/sensors/registry.hpp"
#include "broker/plugins/sensors/rejections.hpp"
#include "broker/plugins/sensors/silence_watch.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace nightjar::storage {
class store;
}

namespace nightjar::plugins::sensors {

// What /mqtt/status/ says of the broker around.
struct broker_facts {
    std::string version;
    std::uint16_t port = 0;
    std::uint64_t uptime_seconds = 0;
    std::uint64_t clients_connected = 0;
    std::vector<std::uint16_t> ports = {}; // of all MQTT listeners
};

class sensors final : public plugin::plugin {
  public:
    // Reads what the store knows.
    sensors(options settings, storage::store& store, log::logger& log, std::function<broker_facts()> facts,
            unsigned workers);
    ~sensors() override;

    // Other options from now on; values that are known and incidents that are open stay. While all threads that run
    // hooks stand still; workers must ask interest() again afterwards.
    void reconfigure(options next);
    void stop_threads(); // after stop(), before the store goes

    std::string_view name() const override { return "builtin:sensors"; }
    std::uint8_t hooks() const override;
    void start(nightjar::plugin::host& host) override;
    void stop(nightjar::plugin::host& host) override;
    std::optional<nightjar::plugin::topic_tag> interest(codec::bytes topic) const override;
    nightjar::plugin::publish_outcome on_publish(nightjar::plugin::host& host,
                                                 const nightjar::plugin::publish_event& event) override;
    void on_tick(nightjar::plugin::host& host) override;
    std::optional<nightjar::plugin::http_answer> on_http(const nightjar::plugin::http_request& request) override;

    // What on_http() answers. A pattern's "{}" is one segment of the path that is not empty; one without a first '/' is
    // no path that anybody could ask for: the web side asks itself.
    struct http_route;
    static std::span<const http_route> http_routes();

  private:
    using host = nightjar::plugin::host;

    // A sensor as one worker knows it.
    struct acquaintance {
        sensor* who = nullptr;
        std::uint32_t version = 0; // of the record
        storage::sensor_record record;
        watch_rule rule;
        std::string state_topic;
        std::int64_t state_sent_us = 0;
        std::int64_t seen_us = 0;             // arrival of last_value
        bool state_waits = false;             // a newer value than the one published
        std::optional<double> last_value = 0; // none: the newest was not a number
        std::int64_t last_time_ms = 0;
        std::string client_id;    // who sent it
        std::uint32_t sender = 0; // sensor::sender then
    };
    struct worker_part;

    static parsed parse(const source_rule& rule, const codec::publish& packet, std::string& memory); // may take it
    acquaintance* meet(host& host, const source_rule& rule, codec::bytes topic, const reading& r,
                       std::string_view& rejected);
    std::string_view refusal(host& host, const source_rule& rule, codec::bytes topic,
                             std::span<const reading> readings);
    bool still_true(const acquaintance& known, const reading& r) const;
    void introduce(host& host, acquaintance& known, const introduction& who, std::string_view& rejected);
    void store_value(host& host, acquaintance& known, const reading& r, const nightjar::plugin::publish_event& event);
    void note_sender(acquaintance& known, const nightjar::plugin::client& who);
    void note_no_number(host& host, const source_rule& rule, codec::bytes topic);
    void say_state(host& host, acquaintance& known);
    void watch_time(host& host); // worker 0
    void log_message(const codec::publish& packet) const;
    void warn_of_narrow_ranges() const;

    // announcements.cpp
    void publish_state(host& host, acquaintance& known) const;
    void publish_waiting(host& host, acquaintance& known) const;
    void publish_stored_state(host& host, const storage::sensor_record& of) const;
    void publish_all(host& host);
    void publish_discovery(host& host) const; // of all sensors
    void publish_discovery(host& host, const storage::sensor_record& of) const;
    std::vector<std::string> retained_topics() const; // that are ours under the present options
    void note_moved(const std::vector<std::string>& before);
    void announce_moved(host& host); // worker 0

    // actions.cpp
    nightjar::plugin::publish_outcome on_command(host& host, const nightjar::plugin::publish_event& event);
    incident_book::outcome act(host& host, const command& what, std::string_view by);
    nightjar::plugin::publish_outcome test_alerts(host& host, nightjar::plugin::ingest_report* report);

    // changes.cpp
    nightjar::plugin::publish_outcome on_control(host& host, const nightjar::plugin::publish_event& event);

    nightjar::plugin::publish_outcome remove(host& host, storage::sensor_id id, std::string_view by,
                                             nightjar::plugin::ingest_report& report);
    nightjar::plugin::publish_outcome merge(host& host, const sensor_command& what, std::string_view by,
                                            nightjar::plugin::ingest_report& report);
    nightjar::plugin::publish_outcome unmerge(host& host, storage::sensor_id id,
                                              nightjar::plugin::ingest_report& report);
    void take_back(host& host, storage::sensor_id id) const;

    // pause.cpp
    nightjar::plugin::http_answer pause(std::string_view body);
    nightjar::plugin::http_answer resume(std::string_view body);
    void watch_pause(host& host); // worker 0

    // requests.cpp
    nightjar::plugin::http_answer pass_on(std::string_view action, std::string_view body,
                                          std::optional<std::string_view> id) const;
    nightjar::plugin::http_answer republish(std::string_view id) const;
    nightjar::plugin::http_answer update_incident(const nightjar::plugin::http_request& request) const;

    // history.cpp
    nightjar::plugin::http_answer take_history(const nightjar::plugin::http_request& request);

    // status.cpp
    std::string status_json() const;
    std::string incident_status_json() const;
    std::string rejected_json() const;
    nightjar::plugin::http_answer notifications(std::string_view query) const;
    std::string metrics_text() const;
    std::optional<std::string> thresholds_json(std::string_view id) const;
    std::optional<std::string> live_json(std::string_view id) const;
    std::string fed_by_json(std::string_view client_id) const;

    options options_;
    log::logger& log_;
    const std::function<broker_facts()> facts_;
    const storage::store& store_;
    registry registry_;
    notifier notifier_;
    history_writer history_;
    incident_book incidents_;
    rejections rejections_;
    std::atomic<bool> paused_{false}; // values are routed, but not taken
    static constexpr std::int64_t not_asked = -1;
    std::atomic<std::int64_t> pause_minutes_{not_asked}; // asked for; 0: until somebody resumes
    std::int64_t resume_at_ms_ = 0;                      // worker 0's, of its steady clock; 0: not by itself
    bool said_paused_ = false;                           // worker 0's, on the status topic
    silence_watch silence_;                              // worker 0's
    bool moved_ = false;                                 // worker 0's: reloads have changed topics
    std::set<std::string> withdrawn_;                    // worker 0's: those that are not ours any more
    std::vector<std::unique_ptr<worker_part>> workers_;  // by worker index; each is its worker's alone
};

struct sensors::http_route {
    std::string_view method, pattern;
    // `id`: what stands in the place of "{}". Nothing: there is no such thing.
    std::optional<nightjar::plugin::http_answer> (*answer)(sensors& of, const nightjar::plugin::http_request& request,
                                                           std::string_view id);
};

} // namespace nightjar::plugins::sensors
