// The names of packets, as the specification writes them. Pure.
#pragma once

#include "broker/codec/types.hpp"

#include <string_view>

namespace nightjar::codec {

constexpr std::string_view name_of(packet_type type) {
    constexpr std::string_view names[] = {"RESERVED", "CONNECT",  "CONNACK",    "PUBLISH", "PUBACK",      "PUBREC",
                                          "PUBREL",   "PUBCOMP",  "SUBSCRIBE",  "SUBACK",  "UNSUBSCRIBE", "UNSUBACK",
                                          "PINGREQ",  "PINGRESP", "DISCONNECT", "AUTH"};
    return names[static_cast<unsigned>(type)];
}

} // namespace nightjar::codec
