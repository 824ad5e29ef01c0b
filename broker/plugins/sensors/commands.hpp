// What people send to the incidents' topic: {"action":"ack","incident_id":1,"by":"op1","comment":"..."}. Pure.
#pragma once

#include "broker/codec/types.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace nightjar::plugins::sensors {

enum class action : std::uint8_t { create, acknowledge, close, comment, test };

struct command {
    action kind = action::comment;
    std::uint32_t incident = 0, sensor = 0; // create names a sensor, test neither
    std::string reason, by, comment;        // empty: not told
};

struct command_result {
    std::optional<command> what;
    std::string_view rejected; // static text; with neither: no command, as the plugin's own messages
};

command_result parse_command(codec::bytes payload);

} // namespace nightjar::plugins::sensors
