// The plugin_opt_* lines of `plugin builtin:sensors`. Read when the plugin is made, and on
// reload while nobody looks.
#pragma once

#include "broker/config/reader.hpp"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nightjar::plugins::sensors {

enum class format : std::uint8_t { dht11, measurement, plain };

// Which topics carry which format; the first rule that matches a topic decides.
struct source_rule {
    sensors::format format;
    std::string filter;
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

    // The rule of one sensor, then of its type.
    threshold threshold_of(std::uint32_t sensor, std::string_view type) const;
};

// What is wrong goes to `findings`, with file and line.
options read_options(const config::plugin& settings, std::vector<config::finding>& findings);

} // namespace nightjar::plugins::sensors
