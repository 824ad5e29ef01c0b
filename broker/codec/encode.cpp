#include "broker/codec/encode.hpp"

#include <cstring>

namespace nightjar::codec {

namespace {

constexpr char first_byte(packet_type type, unsigned flags = 0) {
    return static_cast<char>(static_cast<unsigned>(type) << 4 | flags);
}

char* put_two_bytes(char* out, std::size_t value) {
    *out++ = static_cast<char>(value >> 8 & 0xFF);
    *out++ = static_cast<char>(value & 0xFF);
    return out;
}

char* put_counted(char* out, bytes text) {
    out = put_two_bytes(out, text.size());
    std::memcpy(out, text.data(), text.size());
    return out + text.size();
}

char* put_remaining_length(char* out, std::size_t length) { // MQTT-2.2.3
    do {
        const auto low = static_cast<unsigned>(length & 0x7F);
        length >>= 7;
        *out++ = static_cast<char>(length != 0 ? low | 0x80U : low);
    } while (length != 0);
    return out;
}

constexpr std::size_t remaining_length_size(std::size_t length) {
    return length < 128 ? 1 : length < 16'384 ? 2 : length < 2'097'152 ? 3 : 4;
}

std::size_t remaining_length_of(const publish& packet) {
    return 2 + packet.topic.size() + (packet.qos == qos::at_most_once ? 0U : 2U) + packet.payload.size();
}

void append_two_bytes(std::string& out, std::size_t value) {
    char raw[2];
    put_two_bytes(raw, value);
    out.append(raw, 2);
}

void append_counted(std::string& out, bytes text) {
    append_two_bytes(out, text.size());
    out.append(text);
}

void append_header(std::string& out, packet_type type, unsigned flags, std::size_t remaining_length) {
    char raw[5];
    raw[0] = first_byte(type, flags);
    out.append(raw, static_cast<std::size_t>(put_remaining_length(raw + 1, remaining_length) - raw));
}

} // namespace

small_packet encode_connack(bool session_present, connack_code code, protocol_version version) {
    // The byte is reserved in 3.1 and 0 with a refusal [MQTT-3.2.2-4].
    const bool present = session_present && code == connack_code::accepted && version != protocol_version::v3_1;
    return {{first_byte(packet_type::connack), 2, static_cast<char>(present), static_cast<char>(code)}, 4};
}

small_packet encode_acknowledgement(packet_type type, packet_id id) {
    small_packet packet{{first_byte(type, type == packet_type::pubrel ? 2U : 0U), 2}, 4};
    put_two_bytes(packet.data.data() + 2, id);
    return packet;
}

small_packet encode_empty(packet_type type) { return {{first_byte(type), 0}, 2}; }

void append_suback(std::string& out, packet_id id, std::span<const std::uint8_t> codes) {
    append_header(out, packet_type::suback, 0, 2 + codes.size());
    append_two_bytes(out, id);
    for (const auto code : codes) out += static_cast<char>(code);
}

std::size_t publish_header_size(const publish& packet, protocol_version) {
    const auto length = remaining_length_of(packet);
    if (length > max_remaining_length) return 0;
    return 1 + remaining_length_size(length) + length - packet.payload.size();
}

std::size_t publish_size(const publish& packet, protocol_version version) {
    const auto header = publish_header_size(packet, version);
    return header == 0 ? 0 : header + packet.payload.size();
}

char* write_publish_header(char* out, const publish& packet, protocol_version) {
    const auto flags = (packet.dup ? 8U : 0U) | static_cast<unsigned>(packet.qos) << 1 | (packet.retain ? 1U : 0U);
    *out++ = first_byte(packet_type::publish, flags);
    out = put_remaining_length(out, remaining_length_of(packet));
    out = put_counted(out, packet.topic);
    return packet.qos == qos::at_most_once ? out : put_two_bytes(out, packet.packet_id);
}

char* write_publish(char* out, const publish& packet, protocol_version version) {
    out = write_publish_header(out, packet, version);
    if (!packet.payload.empty()) std::memcpy(out, packet.payload.data(), packet.payload.size());
    return out + packet.payload.size();
}

void append_connect(std::string& out, const connect& packet) {
    const bool old = packet.version == protocol_version::v3_1;
    const bytes name = old ? "MQIsdp" : "MQTT";
    unsigned flags = packet.clean_session ? 0x02U : 0U;
    auto length = 2 + name.size() + 4 + 2 + packet.client_id.size();
    if (packet.will) {
        flags |= 0x04U | static_cast<unsigned>(packet.will->qos) << 3 | (packet.will->retain ? 0x20U : 0U);
        length += 4 + packet.will->topic.size() + packet.will->payload.size();
    }
    if (packet.user_name) {
        flags |= 0x80U;
        length += 2 + packet.user_name->size();
    }
    if (packet.password) {
        flags |= 0x40U;
        length += 2 + packet.password->size();
    }
    append_header(out, packet_type::connect, 0, length);
    append_counted(out, name);
    out += static_cast<char>(packet.version);
    out += static_cast<char>(flags);
    append_two_bytes(out, packet.keep_alive);
    append_counted(out, packet.client_id);
    if (packet.will) {
        append_counted(out, packet.will->topic);
        append_counted(out, packet.will->payload);
    }
    if (packet.user_name) append_counted(out, *packet.user_name);
    if (packet.password) append_counted(out, *packet.password);
}

void append_subscribe(std::string& out, packet_id id, std::span<const subscription_request> requests) {
    std::size_t length = 2;
    for (const auto& request : requests) length += 3 + request.filter.size();
    append_header(out, packet_type::subscribe, 2, length);
    append_two_bytes(out, id);
    for (const auto& request : requests) {
        append_counted(out, request.filter);
        out += static_cast<char>(request.qos);
    }
}

void append_unsubscribe(std::string& out, packet_id id, std::span<const bytes> filters) {
    std::size_t length = 2;
    for (const auto& filter : filters) length += 2 + filter.size();
    append_header(out, packet_type::unsubscribe, 2, length);
    append_two_bytes(out, id);
    for (const auto& filter : filters) append_counted(out, filter);
}

void append_publish(std::string& out, const publish& packet, protocol_version version) {
    const auto before = out.size();
    out.resize(before + publish_size(packet, version));
    write_publish(out.data() + before, packet, version);
}

} // namespace nightjar::codec
