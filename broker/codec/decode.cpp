#include "broker/codec/decode.hpp"

#include "broker/codec/field_reader.hpp"
#include "broker/codec/topic.hpp"

namespace nightjar::codec {

namespace {

// CONNECT flags, MQTT-3.1.2.3
constexpr unsigned reserved_flag = 0x01, clean_session_flag = 0x02, will_flag = 0x04, will_qos_shift = 3,
                   will_retain_flag = 0x20, password_flag = 0x40, user_name_flag = 0x80;
constexpr std::uint8_t bridge_bit = 0x80;     // bridges of mosquitto mark themselves in the protocol level
constexpr std::uint8_t required_flags = 0x02; // of PUBREL, SUBSCRIBE, UNSUBSCRIBE

result<protocol_version> read_version(field_reader& body, bool& bridge) {
    const auto name = body.counted();
    const auto byte = body.byte();
    const auto level = byte & ~bridge_bit;
    bridge = (byte & bridge_bit) != 0;
    if (body.truncated()) return error::truncated;
    if (name == "MQTT") { // [MQTT-3.1.2-1]
        if (level == 4) return protocol_version::v3_1_1;
        return error::protocol_level; // [MQTT-3.1.2-2]; 5 comes with its properties
    }
    if (name != "MQIsdp") return error::protocol_name;
    if (level == 3) return protocol_version::v3_1;
    return error::protocol_level;
}

result<void> check_flags(unsigned flags) {
    if ((flags & reserved_flag) != 0) return error::connect_reserved_flag; // [MQTT-3.1.2-3]
    const auto will_qos = flags >> will_qos_shift & 3U;
    if ((flags & will_flag) == 0 && (will_qos != 0 || (flags & will_retain_flag) != 0))
        return error::will_flags;                // [MQTT-3.1.2-13], [MQTT-3.1.2-15]
    if (will_qos == 3) return error::will_flags; // [MQTT-3.1.2-14]
    if ((flags & password_flag) != 0 && (flags & user_name_flag) == 0)
        return error::password_without_user_name; // [MQTT-3.1.2-22]
    return {};
}

result<void> check_text(const connect& packet) {
    if (!valid_utf8(packet.client_id)) return error::invalid_utf8;                      // [MQTT-3.1.3-4]
    if (packet.will && !valid_utf8(packet.will->topic)) return error::invalid_utf8;     // [MQTT-3.1.3-10]
    if (packet.user_name && !valid_utf8(*packet.user_name)) return error::invalid_utf8; // [MQTT-3.1.3-11]
    // 3.1 wants 1 to 23 characters; many of its clients send more, and mosquitto takes them.
    if (packet.version == protocol_version::v3_1 && packet.client_id.empty()) return error::client_id_missing;
    return {};
}

// 3.1 used the flags of SUBSCRIBE, UNSUBSCRIBE and PUBREL for DUP and QoS; only QoS 1 makes sense there.
bool good_required_flags(std::uint8_t flags, protocol_version version) {
    constexpr std::uint8_t dup = 0x08;
    if (version == protocol_version::v3_1) flags &= static_cast<std::uint8_t>(~dup);
    return flags == required_flags;
}

result<void> check_filters(bytes encoded, bool with_qos) {
    if (encoded.empty()) return error::no_topic_filter; // [MQTT-3.8.3-3], [MQTT-3.10.3-2]
    field_reader body(encoded);
    while (!body.rest().empty()) {
        const auto filter = body.counted();
        const auto options = with_qos ? body.byte() : std::uint8_t{0};
        if (body.truncated()) return error::truncated;
        if (options > 2) return error::reserved_qos_bits;                                // [MQTT-3-8.3-4]
        if (const auto valid = check_topic_filter(filter); !valid) return valid.error(); // [MQTT-3.8.3-1]
    }
    return {};
}

template <typename Packet>
result<Packet> decode_filters(std::uint8_t flags, bytes body, protocol_version version) {
    constexpr bool with_qos = std::is_same_v<Packet, subscribe>;
    if (!good_required_flags(flags, version)) return error::invalid_flags; // [MQTT-3.8.1-1], [MQTT-3.10.1-1]
    field_reader fields(body);
    Packet packet;
    packet.packet_id = fields.two_bytes();
    if (fields.truncated()) return error::truncated;
    if (packet.packet_id == 0) return error::packet_id_zero; // [MQTT-2.3.1-1]
    if (const auto good = check_filters(fields.rest(), with_qos); !good) return good.error();
    packet.filters = filter_list(fields.rest(), with_qos);
    return packet;
}

} // namespace

std::optional<subscription_request> filter_list::next() {
    if (rest_.empty()) return std::nullopt;
    field_reader fields(rest_);
    subscription_request request;
    request.filter = fields.counted();
    if (with_qos_) request.qos = static_cast<codec::qos>(fields.byte());
    rest_ = fields.rest();
    return request;
}

result<connect> decode_connect(std::uint8_t flags, bytes body) {
    if (flags != 0) return error::invalid_flags; // [MQTT-2.2.2-2]
    field_reader fields(body);
    connect packet;
    const auto version = read_version(fields, packet.bridge);
    if (!version) return version.error();
    const unsigned connect_flags = fields.byte();
    packet.version = *version;
    packet.keep_alive = fields.two_bytes();
    if (fields.truncated()) return error::truncated;
    if (const auto good = check_flags(connect_flags); !good) return good.error();
    packet.clean_session = (connect_flags & clean_session_flag) != 0;
    packet.client_id = fields.counted(); // [MQTT-3.1.3-3]
    if ((connect_flags & will_flag) != 0) {
        auto& w = packet.will.emplace();
        w.topic = fields.counted();
        w.payload = fields.counted();
        w.qos = static_cast<codec::qos>(connect_flags >> will_qos_shift & 3U);
        w.retain = (connect_flags & will_retain_flag) != 0;
    }
    if ((connect_flags & user_name_flag) != 0) packet.user_name = fields.counted();
    if ((connect_flags & password_flag) != 0) packet.password = fields.counted();
    if (fields.truncated()) return error::truncated;
    if (!fields.rest().empty()) return error::trailing_bytes;
    if (const auto good = check_text(packet); !good) return good.error();
    return packet;
}

result<publish> decode_publish(std::uint8_t flags, bytes body, protocol_version) {
    field_reader fields(body);
    publish packet;
    const auto qos_bits = static_cast<std::uint8_t>(flags >> 1 & 3);
    if (qos_bits == 3) return error::qos_3; // [MQTT-3.3.1-4]
    packet.qos = static_cast<codec::qos>(qos_bits);
    packet.retain = (flags & 1) != 0;
    packet.dup = (flags & 8) != 0;
    packet.topic = fields.counted(); // [MQTT-3.3.2-1]
    if (qos_bits == 0) {
        if (packet.dup) return error::dup_with_qos_0; // [MQTT-3.3.1-2]
    } else {
        packet.packet_id = fields.two_bytes();
        if (packet.packet_id == 0)
            return fields.truncated() ? error::truncated : error::packet_id_zero; // [MQTT-2.3.1-1]
    }
    if (fields.truncated()) return error::truncated;
    packet.payload = fields.rest();
    return packet;
}

result<subscribe> decode_subscribe(std::uint8_t flags, bytes body, protocol_version version) {
    return decode_filters<subscribe>(flags, body, version);
}

result<unsubscribe> decode_unsubscribe(std::uint8_t flags, bytes body, protocol_version version) {
    return decode_filters<unsubscribe>(flags, body, version);
}

result<packet_id> decode_acknowledgement(packet_type type, std::uint8_t flags, bytes body, protocol_version version) {
    const bool good = type == packet_type::pubrel ? good_required_flags(flags, version) : flags == 0; // [MQTT-3.6.1-1]
    if (!good) return error::invalid_flags;                                                           // [MQTT-2.2.2-2]
    if (body.size() < 2) return error::truncated;
    if (body.size() > 2) return error::trailing_bytes;
    const auto id = field_reader(body).two_bytes();
    if (id == 0) return error::packet_id_zero;
    return id;
}

result<void> decode_empty(packet_type, std::uint8_t flags, bytes body, protocol_version) {
    if (flags != 0) return error::invalid_flags; // [MQTT-3.14.1-1]
    if (!body.empty()) return error::trailing_bytes;
    return {};
}

result<connack> decode_connack(std::uint8_t flags, bytes body, protocol_version version) {
    if (flags != 0) return error::invalid_flags;
    if (body.size() < 2) return error::truncated;
    if (body.size() > 2) return error::trailing_bytes;
    field_reader fields(body);
    const auto acknowledge_flags = fields.byte();
    const auto code = fields.byte();
    if (code > static_cast<std::uint8_t>(connack_code::not_authorized)) return error::invalid_flags; // [MQTT-3.2.2-6]
    return connack{version != protocol_version::v3_1 && (acknowledge_flags & 1) != 0, static_cast<connack_code>(code)};
}

result<suback> decode_suback(std::uint8_t flags, bytes body, protocol_version) {
    if (flags != 0) return error::invalid_flags;
    field_reader fields(body);
    suback packet;
    packet.packet_id = fields.two_bytes();
    packet.codes = fields.rest();
    if (fields.truncated() || packet.codes.empty()) return error::truncated;
    for (const char c : packet.codes) {
        const auto code = static_cast<std::uint8_t>(c);
        if (code > 2 && code != suback_failure) return error::reserved_qos_bits; // [MQTT-3.9.3-2]
    }
    return packet;
}

} // namespace nightjar::codec
