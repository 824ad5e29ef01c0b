// Why a packet cannot be accepted. A value, never an exception: what a client sends is not exceptional.
#pragma once

#include <cstdint>
#include <string_view>

#include <boost/system/result.hpp>

namespace nightjar::codec {

enum class error : std::uint8_t {
    malformed_remaining_length, // [MQTT-2.2.3] more than four bytes
    packet_too_large,
    reserved_packet_type,
    invalid_flags,              // [MQTT-2.2.2-2]
    truncated,                  // a field reaches past the end of the packet
    trailing_bytes,             // the packet is longer than its fields
    protocol_name,              // [MQTT-3.1.2-1]
    protocol_level,             // [MQTT-3.1.2-2]: answered with CONNACK 0x01
    connect_reserved_flag,      // [MQTT-3.1.2-3]
    will_flags,                 // [MQTT-3.1.2-11], [MQTT-3.1.2-13], [MQTT-3.1.2-14], [MQTT-3.1.2-15]
    password_without_user_name, // [MQTT-3.1.2-22]
    client_id_missing,          // 3.1
    invalid_utf8,               // [MQTT-1.5.3-1], [MQTT-1.5.3-2]
    invalid_topic_name,         // [MQTT-3.3.2-2], [MQTT-4.7.3-1]
    invalid_topic_filter,       // [MQTT-4.7.1-2], [MQTT-4.7.1-3]
    too_many_levels,
    qos_3,             // [MQTT-3.3.1-4]
    dup_with_qos_0,    // [MQTT-3.3.1-2]
    packet_id_zero,    // [MQTT-2.3.1-1]
    no_topic_filter,   // [MQTT-3.8.3-3], [MQTT-3.10.3-2]
    reserved_qos_bits, // [MQTT-3-8.3-4]
};

// A short sentence for the log, lower case, no full stop.
std::string_view describe(error cause);

template <typename T>
using result = boost::system::result<T, error>;

} // namespace nightjar::codec
