// MQTT bytes to packets. `body` is what follows the fixed header, exactly remaining_length bytes; the packets returned
// are views into it. Every field is checked here but PUBLISH's topic (see packets.hpp). Pure: any thread, no
// allocation.
#pragma once

#include "broker/codec/error.hpp"
#include "broker/codec/packets.hpp"

namespace nightjar::codec {

// What a server reads.
result<connect> decode_connect(std::uint8_t flags, bytes body);
result<publish> decode_publish(std::uint8_t flags, bytes body, protocol_version version);
result<subscribe> decode_subscribe(std::uint8_t flags, bytes body, protocol_version version);
result<unsubscribe> decode_unsubscribe(std::uint8_t flags, bytes body, protocol_version version);
// PUBACK, PUBREC, PUBREL, PUBCOMP, and UNSUBACK for a client: a packet id alone.
result<packet_id> decode_acknowledgement(packet_type type, std::uint8_t flags, bytes body, protocol_version version);
// PINGREQ, PINGRESP, DISCONNECT: nothing. Only v3.1 tolerates junk flags; see decode.cpp.
result<void> decode_empty(packet_type type, std::uint8_t flags, bytes body, protocol_version version);

// What a client reads (nightjarctl, tests).
result<connack> decode_connack(std::uint8_t flags, bytes body, protocol_version version);
result<suback> decode_suback(std::uint8_t flags, bytes body, protocol_version version);

} // namespace nightjar::codec
