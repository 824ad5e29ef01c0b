// What the store keeps, as plain structs. No packets, no JSON: the layers above translate.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>

namespace nightjar::storage {

using sensor_id = std::uint32_t;      // 1 .. 4,294,967,295; the REST id
using measurement_id = std::uint64_t; // grows with each stored row; also its arrival time, microseconds since 1970,
                                      // unless the clock was set back: then larger
using incident_id = std::uint32_t;
using notification_id = std::uint64_t;

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
    std::int64_t event_offset_ms = 0; // also the clock's, while it is behind the ids
    double value = 0;

    std::int64_t time_ms() const { return static_cast<std::int64_t>(id / 1000) + event_offset_ms; }
};

// No bound: infinite.
struct sensor_range {
    double min = -std::numeric_limits<double>::infinity();
    double max = std::numeric_limits<double>::infinity();
};

struct sensor_record {
    sensor_id id = 0;
    std::string name;   // "light 3"
    std::string type;   // "light", "temperature", "unknown"
    std::string unit;   // "V"; empty: none
    std::string device; // "sensor" of dht11/sensor/data, the place of plain topics; empty: none
    std::string source; // "measurement", "dht11", "plain"
    std::string topic;  // where its values come from; empty: none has come yet
    std::int64_t created_ms = 0;
    std::optional<sensor_range> range = {}; // somebody has set its thresholds; otherwise the configuration's hold
    std::uint32_t revision = 0;             // grows with each change: an older one never takes the place of a newer one
    sensor_id merged_into = 0;              // 0: none; otherwise what is of this one counts as that one's

    // The device says its id, or the file that it was imported from; otherwise we gave it one.
    bool has_own_id() const { return source == "measurement" || source == "import"; }
};

enum class incident_status : std::uint8_t { open = 0, acknowledged = 1, closed = 2 };

enum class incident_kind : std::uint8_t { threshold = 0, offline = 1, manual = 2 };

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
    incident_kind kind = incident_kind::threshold;
    std::uint32_t steps = 0;    // of its history
    std::uint32_t revision = 0; // grows with each change: an older one never takes the place of a newer one
};

// An entry of an incident's history.
struct incident_step {
    incident_id incident = 0;
    std::uint32_t number = 0; // 1 for its first
    std::int64_t at_ms = 0;
    incident_status status = incident_status::open; // after it
    std::string by;                                 // empty: the broker itself
    std::string comment;                            // empty: none
};

// What is to be told to somebody outside, or was: a mail to one address, a request to one URL.
enum class notification_channel : std::uint8_t { mail = 0, webhook = 1 };
enum class notification_state : std::uint8_t { pending = 0, sent = 1, failed = 2, dropped = 3 };

struct notification_record {
    notification_id id = 0;
    std::uint32_t revision = 0; // as of incidents
    notification_channel channel = notification_channel::mail;
    notification_state state = notification_state::pending;
    std::string destination; // "op@example.org", "https://example.org/hook"
    incident_id incident = 0;
    std::string alert_type;    // "created"
    std::string subject, body; // empty once it is not pending
    std::int64_t created_ms = 0;
    std::int64_t finished_ms = 0; // 0: pending
    std::uint32_t attempts = 0;
    std::string error; // of the last attempt
};

} // namespace nightjar::storage
