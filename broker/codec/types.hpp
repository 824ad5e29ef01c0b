// The words of the MQTT specification as types. Pure data, no Asio, no allocation.
#pragma once

#include <cstdint>
#include <string_view>

namespace nightjar::codec {

// Bytes of a frame. Whoever holds one must not outlive the buffer the frame lies in.
using bytes = std::string_view;

enum class protocol_version : std::uint8_t { v3_1 = 3, v3_1_1 = 4, v5 = 5 };

enum class qos : std::uint8_t { at_most_once = 0, at_least_once = 1, exactly_once = 2 };

enum class packet_type : std::uint8_t { // MQTT-2.2.1
    reserved = 0,
    connect = 1,
    connack = 2,
    publish = 3,
    puback = 4,
    pubrec = 5,
    pubrel = 6,
    pubcomp = 7,
    subscribe = 8,
    suback = 9,
    unsubscribe = 10,
    unsuback = 11,
    pingreq = 12,
    pingresp = 13,
    disconnect = 14,
    auth = 15,
};

enum class connack_code : std::uint8_t { // MQTT-3.2.2.3
    accepted = 0,
    unacceptable_protocol_version = 1,
    identifier_rejected = 2,
    server_unavailable = 3,
    bad_user_name_or_password = 4,
    not_authorized = 5,
};

using packet_id = std::uint16_t; // 0 is never valid on the wire [MQTT-2.3.1-1]

inline constexpr std::uint8_t suback_failure = 0x80;
inline constexpr std::uint8_t reason_not_authorized = 0x87; // MQTT 5; before, for the log alone
inline constexpr std::uint32_t max_remaining_length = 268'435'455;
inline constexpr std::size_t longest_string = 65'535; // bytes; topics, client ids and the like, MQTT-1.5.3
inline constexpr std::size_t max_topic_levels = 200;  // mosquitto's limit; deeper topics are refused

} // namespace nightjar::codec
