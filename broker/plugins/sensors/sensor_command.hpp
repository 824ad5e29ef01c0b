// What people ask for of sensors, on $CONTROL/sensors: {"action":"change","sensor":3,"set":{"name":"...","unit":"V",
// "thresholds":{"min":0,"max":null}}}; actions are create, change, remove, merge ("set":{"into":4}) and unmerge. REST
// sends it, with the rights of who asks. Pure.
#pragma once

#include "broker/codec/types.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace nightjar::plugins::sensors {

inline constexpr codec::bytes control_topic = "$CONTROL/sensors";

// What is not told stays as it is.
struct sensor_change {
    std::optional<std::string> name, type, unit, device;
    bool range_of_configuration = false; // no thresholds of its own any more
    std::optional<double> min, max;      // infinite: no bound
};

enum class sensor_action : std::uint8_t { create, change, remove, merge, unmerge };

struct sensor_command {
    sensor_action kind = sensor_action::change;
    std::uint32_t sensor = 0;
    sensor_change set;
    std::uint32_t into = 0; // of merge
};

struct sensor_command_result {
    std::optional<sensor_command> what;
    std::string error, detail; // why there is none, as REST says it
};

sensor_command_result parse_sensor_command(codec::bytes payload);

} // namespace nightjar::plugins::sensors
