// The plugin_opt_* lines of `plugin builtin:sensors`. Read when the plugin is made, and on
// reload while nobody looks.
#pragma once

#include "broker/config/reader.hpp"
#include "broker/plugins/sensors/alert_options.hpp"
#include "storage/records.hpp"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nightjar::plugins::sensors {

enum class format : std::uint8_t { dht11, measurement, plain, json };

// One number of a JSON payload.
struct json_value {
    std::string pointer; // RFC 6901: "/main/temp"
    std::string name;    // its last part
    std::string type, unit;
    std::string source; // of its sensors: "json /main/temp"
};

// Where a json rule looks. Pointers; empty: nowhere.
struct json_fields {
    std::vector<json_value> values;
    std::string time, name; // of the device
};

// Which topics carry which format; the first rule that matches a topic decides.
struct source_rule {
    sensors::format format;
    std::string filter;
    json_fields fields = {}; // of json
};

// A value is in range if min <= value <= max.
struct threshold {
    double min = -std::numeric_limits<double>::infinity();
    double max = std::numeric_limits<double>::infinity();
    bool contains(double value) const { return value >= min && value <= max; }
    bool limits() const {
        return min > -std::numeric_limits<double>::infinity() || max < std::numeric_limits<double>::infinity();
    }
};

struct threshold_rule {
    std::string type; // "temperature"; empty: of one sensor
    std::uint32_t sensor = 0;
    threshold range;
};

// A setting of one sensor, of a type, or, with neither, of all.
template <typename Value>
struct scoped {
    std::string type;
    std::uint32_t sensor = 0;
    Value value{};
};
template <typename Value>
using scoped_list = std::vector<scoped<Value>>;

// The rule of the sensor, then of its type, then of all.
template <typename Value>
Value value_of(const scoped_list<Value>& rules, std::uint32_t sensor, std::string_view type, Value otherwise) {
    const scoped<Value>* best = nullptr;
    const auto rank = [](const scoped<Value>& r) { return r.sensor != 0 ? 2 : (r.type.empty() ? 0 : 1); };
    for (const auto& rule : rules)
        if ((rule.sensor == 0 || rule.sensor == sensor) && (rule.type.empty() || rule.type == type) &&
            (best == nullptr || rank(rule) >= rank(*best)))
            best = &rule;
    return best == nullptr ? otherwise : best->value;
}

// When the values of a sensor open an incident, and when they close it.
struct watch_rule {
    threshold range;
    double hysteresis = 0;                    // so far inside the range they have to come back
    unsigned open_after = 1, close_after = 1; // so many, one after the other
    bool well_inside(double value) const { return value >= range.min + hysteresis && value <= range.max - hysteresis; }
    bool can_close() const { return range.min + hysteresis <= range.max - hysteresis; } // there is such a value
};

struct options {
    // Lines of plugin_opt_source take the place of these defaults.
    std::vector<source_rule> sources{{format::dht11, "dht11/+/data"},
                                     {format::measurement, "iot/measurements"},
                                     {format::plain, "iot/+/+"},
                                     {format::plain, "iot/+/sensor/+/+"}};
    threshold temperature{5, 35}, humidity{20, 80};
    std::vector<threshold_rule> thresholds;

    std::string topic_incidents = "dht11/incidents";
    std::string topic_alerts = "dht11/alerts";
    std::string topic_status = "dht11/status";
    std::string state_topic = "sensors/%i/state"; // empty: none
    std::string client_id = "django-dht11-client";
    std::vector<std::string> log_topics;

    std::uint32_t auto_id_start = 100'001; // ids of sensors that bring none of their own
    std::uint32_t max_sensors = 10'000;
    bool auto_create = true;
    bool sync = true;                     // acknowledge after the commit
    std::int64_t max_clock_skew = 86'400; // seconds

    scoped_list<double> hysteresis;
    scoped_list<unsigned> open_after, close_after;
    scoped_list<std::int64_t> offline_after; // seconds of silence
    bool auto_close = true;                  // values close incidents; otherwise people alone do
    std::int64_t reminder = 3600;            // seconds between two, while nobody acknowledges; 0: none
    std::int64_t escalate_after = 900;       // seconds to each next level; 0: never

    alert_options alerts;

    bool homeassistant = false;
    std::string homeassistant_prefix = "homeassistant";

    std::string incident_topic(storage::incident_id id) const; // of its retained copy
    // The rule of one sensor, then of its type.
    threshold threshold_of(std::uint32_t sensor, std::string_view type) const;
    watch_rule watch_rule_of(std::uint32_t sensor, std::string_view type) const;
    // What somebody has set for the sensor itself counts first.
    threshold threshold_of(const storage::sensor_record& sensor) const;
    watch_rule watch_rule_of(const storage::sensor_record& sensor) const;
};

// What is wrong goes to `findings`, with file and line. Reads the file that has the password.
options read_options(const config::plugin& settings, std::vector<config::finding>& findings);

} // namespace nightjar::plugins::sensors
