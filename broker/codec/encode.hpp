// Packets to MQTT bytes. Small answers are values of at most five bytes; PUBLISH is written straight into the place the
// caller has reserved; client packets (nightjarctl, tests) append to a string. Pure: any thread.
#pragma once

#include "broker/codec/packets.hpp"

#include <array>
#include <span>
#include <string>

namespace nightjar::codec {

// A whole packet without variable part.
struct small_packet {
    std::array<char, 5> data{};
    std::uint8_t size = 0;
    operator bytes() const { return {data.data(), size}; }
};

small_packet encode_connack(bool session_present, connack_code code, protocol_version version);
small_packet encode_acknowledgement(packet_type type, packet_id id); // PUBACK, PUBREC, PUBREL, PUBCOMP, UNSUBACK
small_packet encode_empty(packet_type type);                         // PINGREQ, PINGRESP, DISCONNECT

void append_suback(std::string& out, packet_id id, std::span<const std::uint8_t> codes);

// Bytes that write_publish() will write for this packet; 0 if it would pass max_remaining_length.
std::size_t publish_size(const publish& packet, protocol_version version);
// Writes exactly publish_size() bytes at `out` and returns the end.
char* write_publish(char* out, const publish& packet, protocol_version version);
// The same without the payload: what goes before a payload that is sent from a shared buffer.
std::size_t publish_header_size(const publish& packet, protocol_version version);
char* write_publish_header(char* out, const publish& packet, protocol_version version);

// What a client sends.
void append_connect(std::string& out, const connect& packet);
void append_subscribe(std::string& out, packet_id id, std::span<const subscription_request> requests);
void append_unsubscribe(std::string& out, packet_id id, std::span<const bytes> filters);
void append_publish(std::string& out, const publish& packet, protocol_version version);

} // namespace nightjar::codec
