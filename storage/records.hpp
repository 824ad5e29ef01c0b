// What the store keeps, as plain structs. No packets, no JSON: the layers above translate.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace nightjar::storage {

using sensor_id = std::uint32_t;      // 1 .. 4,294,967,295; the REST id
using measurement_id = std::uint64_t; // grows with each stored row; also its arrival time, microseconds since 1970,
                                      // unless the clock was set back: then larger
using incident_id = std::uint32_t;

// One value on its way in.
struct measurement {
    sensor_id sensor = 0;
    std::int32_t event_offset_ms = 0; // device's own time minus arrival, within +-24 h; 0 when it gave none
    std::int64_t arrival_us = 0;      // wall clock, microseconds since 1970
    double value = 0;                 // finite
};

// One value as stored.
struct stored_measurement {
    measurement_id id = 0;
    sensor_id sensor = 0;
    std::int32_t event_offset_ms = 0; // also the clock's, while it is behind the ids
    double value = 0;

    std::int64_t time_ms() const { return static_cast<std::int64_t>(id / 1000) + event_offset_ms; }
};

struct sensor_record {
    sensor_id id = 0;
    std::string name;   // "light 3"
    std::string type;   // "light", "temperature", "unknown"
    std::string unit;   // "V"; empty: none
    std::string device; // "sensor" of dht11/sensor/data, the place of plain topics; empty: none
    std::string source; // "measurement", "dht11", "plain"
    std::string topic;  // where its values come from
    std::int64_t created_ms = 0;
};

enum class incident_status : std::uint8_t { open = 0, acknowledged = 1, closed = 2 };

struct incident_record {
    incident_id id = 0;
    sensor_id sensor = 0;
    incident_status status = incident_status::open;
    std::string reason; // "temperature 40 is above 35"
    double min = 0;     // the threshold it broke
    double max = 0;
    double value = 0; // the latest
    double lowest = 0;
    double highest = 0;
    std::uint32_t counter = 0; // values out of range
    std::uint32_t escalation_level = 0;
    std::int64_t opened_ms = 0;
    std::optional<std::int64_t> acknowledged_ms;
    std::optional<std::int64_t> closed_ms;
};

} // namespace nightjar::storage
