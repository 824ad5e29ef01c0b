// Begin and end of a session's connections, and the way from a packet to its handler.
#include "broker/session/session.hpp"

#include "broker/codec/decode.hpp"
#include "broker/codec/encode.hpp"

#include <cstring>
#include <utility>

namespace nightjar::session {

void link::send(codec::bytes packet) {
    std::memcpy(reserve(packet.size()), packet.data(), packet.size());
    commit(packet.size());
}

ending ending_of(codec::error cause) {
    using codec::error;
    switch (cause) { // as mosquitto 2.0.11 has it
    case error::truncated:
    case error::trailing_bytes:
    case error::invalid_utf8:
    case error::invalid_topic_filter:
    case error::qos_3:
    case error::dup_with_qos_0:
    case error::no_topic_filter:
    case error::reserved_qos_bits: return ending::malformed_packet;
    case error::packet_too_large: return ending::oversize_packet;
    default: return ending::protocol_error;
    }
}

session::session(topics::subscriber_id id, std::string client_id, const limits& limits, router& broker, journal& disk,
                 log::logger& log)
    : id_(id), client_id_(std::move(client_id)), limits_(limits), broker_(broker), disk_(disk), log_(log) {}

session::outbound_state& session::outbound() {
    if (!outbound_) outbound_ = std::make_unique<outbound_state>(broker_.count());
    return *outbound_;
}

session::inbound_state& session::inbound() {
    if (!inbound_) inbound_ = std::make_unique<inbound_state>();
    return *inbound_;
}

void session::come_by(const door& d) {
    realm_ = d.realm;
    max_qos_ = d.max_qos;
    mount_ = d.mount_point.empty() ? nullptr : std::make_unique<mount>(d.mount_point);
}

void session::attach(link& to, const codec::connect& packet, bool session_present, ticket after) {
    link_ = &to;
    version_ = packet.version;
    clean_ = packet.clean_session;
    bridge_ = packet.bridge;
    durable_ = !clean_ && disk_.keeps_sessions();
    disconnect_received_ = false;
    past_.reset();
    messages_sent_ = messages_received_ = 0;
    user_name_ = packet.user_name.value_or(codec::bytes{});
    will_.reset();
    if (packet.will) {
        const auto& will = *packet.will;
        will_ = topics::message::make(full(will.topic), will.payload, will.qos, will.retain);
    }
    if (durable_) note_presence(0);
    acknowledge({codec::packet_type::connack, session_present}, after); // [MQTT-3.2.2-1]..[-3]
    if (!outbound_) return;
    drop_forbidden(); // rights may have changed while it was away, and where it comes from
    resend_in_flight();
    pump();
}

void session::detach(bool orderly, moment now) {
    link_ = nullptr;
    offline_since_ = now.seconds;
    if (inbound_) { // what was not yet answered stays so: the client sends it again [MQTT-4.4.0-1]
        inbound_->answers.clear();
        inbound_->subacks = 0;
    }
    if (outbound_) outbound_->end_searches([](const auto&) { return true; });
    const auto will = std::exchange(will_, nullptr);
    if (durable_) note_presence(now.wall_ms);
    if (will && !orderly) broker_.publish_will(*this, will); // [MQTT-3.1.2-8]
}

void session::end() {
    for (const auto& filter : filters_) broker_.unsubscribe(*this, filter);
    filters_.clear();
    count_undelivered();
    if (durable_) forget();
}

void session::on_packet(const codec::fixed_header& header, codec::bytes frame) {
    using codec::packet_type;
    const auto body = frame.substr(header.header_size);
    if (header.type != packet_type::publish && watched()) note_received(header, body);
    switch (header.type) {
    case packet_type::publish: return on_publish(header.flags, body, frame);
    case packet_type::puback:
    case packet_type::pubrec:
    case packet_type::pubrel:
    case packet_type::pubcomp: return on_acknowledgement(header.type, header.flags, body);
    case packet_type::subscribe: return on_subscribe(header.flags, body);
    case packet_type::unsubscribe: return on_unsubscribe(header.flags, body);
    case packet_type::disconnect: return on_disconnect(header.flags, body);
    case packet_type::connect: // [MQTT-3.1.0-2]
        log_.write(log::level::notice, {{"client", client_id_}}, "Bad client {} sending multiple CONNECT messages.",
                   client_id_);
        return link_->close(ending::protocol_error, "second CONNECT");
    default: return link_->close(ending::protocol_error, "packet type that only a server sends");
    }
}

void session::on_disconnect(std::uint8_t flags, codec::bytes body) {
    if (const auto ok = codec::decode_empty(codec::packet_type::disconnect, flags, body, version_); !ok)
        return protocol_error(ok.error()); // [MQTT-3.14.1-1]
    disconnect_received_ = true;
    link_->close(ending::orderly); // [MQTT-3.14.4-1]
}

void session::protocol_error(codec::error cause) { link_->close(ending_of(cause), codec::describe(cause)); }

} // namespace nightjar::session
