// CONNECT, MQTT-3.1: who is it, may it come in, where is its session.
#include "broker/codec/decode.hpp"
#include "broker/codec/encode.hpp"
#include "broker/codec/topic.hpp"
#include "broker/worker/connection.hpp"
#include "broker/worker/worker.hpp"

#include <random>

#include <fmt/format.h>

namespace nightjar::worker {

using codec::connack_code;
using session::ending;

namespace {

// 0x38: levels 3, 4 and 5.
bool accepts(const config::listener& l, codec::protocol_version version) {
    return (l.protocol_versions >> static_cast<unsigned>(version) & 1U) != 0;
}

std::string make_client_id(const std::string& prefix) {
    std::random_device random; // the kernel's
    return fmt::format("{}{:08X}-{:08X}-{:08X}-{:08X}", prefix, random(), random(), random(), random());
}

ending ending_of(connack_code code) {
    switch (code) {
    case connack_code::bad_user_name_or_password:
    case connack_code::not_authorized: return ending::not_authorised;
    case connack_code::server_unavailable: return ending::other;
    default: return ending::protocol_error;
    }
}

} // namespace

void connection::on_connect(const codec::fixed_header& header, codec::bytes frame) {
    const bool first = !std::exchange(connect_counted_, true); // not after a verdict, not from another worker
    if (first) {
        home_.count().packets_received.add();
        home_.count().connect_received.add();
    }
    const auto decoded = codec::decode_connect(header.flags, frame.substr(header.header_size));
    if (!decoded) {
        const auto detail = codec::describe(decoded.error());
        write_bad_protocol(decoded.error(), frame.substr(header.header_size));
        switch (decoded.error()) {
        case codec::error::protocol_level: // [MQTT-3.1.2-2]
            return refuse(connack_code::unacceptable_protocol_version, detail);
        case codec::error::client_id_missing: return refuse(connack_code::identifier_rejected, detail);
        default: return close(ending::protocol_error, detail); // [MQTT-3.1.4-1]
        }
    }
    if (listener_->conf.closed) return close(ending::other, "its listener was closed");
    auto packet = *decoded;
    if (first && home_.tracer().on()) trace_connect(packet, header.remaining_length);
    if (!admissible(packet)) return;
    const auto name = certified_name();
    if (name && name->empty())
        return refuse(connack_code::bad_user_name_or_password, "certificate without a name", packet.client_id);
    if (name) packet.user_name = *name;
    certified_ = name.has_value();
    std::string made_id; // [MQTT-3.1.3-6]
    if (!settle_client_id(packet, made_id)) return;
    if (!verdict_) verdict_ = judge(packet);
    if (*verdict_ == plugin::connect_verdict::later) return wait_for_verdict(frame);
    if (const auto code = refusal(*verdict_)) return refuse(*code, "not authorised", packet.client_id);
    enter(packet, std::string(packet.client_id), frame);
}

// What the packet alone, the listener and the limits say, whoever it is. False: it was refused.
bool connection::admissible(const codec::connect& packet) {
    const auto& conf = home_.shared().conf;
    if (!accepts(listener_->conf, packet.version))
        return refuse(connack_code::unacceptable_protocol_version, "not of accept_protocol_versions", packet.client_id),
               false;
    if (packet.will) {
        const auto& will = *packet.will;
        if (const auto valid = codec::check_topic_name(will.topic); !valid)
            return close(ending::protocol_error, codec::describe(valid.error())), false;
        if (will.retain && !conf.retain_available)
            return close(ending::protocol_error, "retained will, but retain_available is false"), false;
        if (static_cast<std::uint8_t>(will.qos) > listener_->conf.max_qos)
            return close(ending::protocol_error, "QoS of the will above max_qos"), false; // [MQTT-3.2.2-12]
        if (listener_->conf.mount_point.size() + will.topic.size() > codec::longest_string)
            return close(ending::protocol_error, "topic too long below its mount_point"), false;
    }
    if (conf.max_keepalive != 0 && (packet.keep_alive == 0 || packet.keep_alive > conf.max_keepalive))
        return refuse(connack_code::identifier_rejected, "keep alive longer than max_keepalive", packet.client_id),
               false;
    return true;
}

// The client id that counts: the client's, one made for it in `made`, or its user name. False: it was refused.
bool connection::settle_client_id(codec::connect& packet, std::string& made) {
    const auto& conf = home_.shared().conf;
    const auto& l = listener_->conf;
    if (packet.client_id.empty()) {
        if (!packet.clean_session || !l.allow_zero_length_clientid.value_or(conf.allow_zero_length_clientid))
            return refuse(connack_code::identifier_rejected, "zero-length client id"), false; // [MQTT-3.1.3-8]
        made = make_client_id(l.auto_id_prefix.value_or(conf.auto_id_prefix));
        packet.client_id = made;
    }
    if (!packet.client_id.starts_with(conf.clientid_prefix))
        return refuse(connack_code::not_authorized, "client id without one of clientid_prefixes", packet.client_id),
               false;
    if (!l.use_username_as_clientid) return true;
    if (!packet.user_name || packet.user_name->empty())
        return refuse(connack_code::not_authorized, "no user name, but use_username_as_clientid", packet.client_id),
               false;
    packet.client_id = *packet.user_name;
    return true;
}

// The user's name by its certificate, where the listener goes by that.
std::optional<std::string> connection::certified_name() const {
    const auto& tls = listener_->conf.tls;
    if (!tls.names_users()) return {};
    if (config::tls_at_the_proxy(listener_->conf)) return vouched_ ? vouched_->common_name : std::string();
    auto [common_name, subject] = transport_->identity();
    return tls.use_identity_as_username ? std::move(common_name) : std::move(subject);
}

plugin::connect_verdict connection::judge(const codec::connect& packet) {
    const auto address = peer_.text();
    return home_.judge(*this,
                       {packet.client_id, packet.user_name.value_or(codec::bytes{}), address, peer_.port, false,
                        certified_, listener_->conf.realm},
                       packet);
}

// Nothing more is read meanwhile.
void connection::wait_for_verdict(codec::bytes frame) {
    verdict_.reset();
    waiting_ = std::make_unique<std::string>(frame);
    transport_->pause_reading(true);
    home_.file(*this);
}

// `later`: there has been a reload meanwhile, so the question is asked again.
void connection::on_verdict(plugin::connect_verdict verdict) {
    if (closing_ || !waiting_) return;
    if (verdict != plugin::connect_verdict::later) verdict_ = verdict;
    const auto bytes = std::move(*std::exchange(waiting_, nullptr));
    take(bytes); // as if it had just come
    if (!closing_) transport_->pause_reading(false);
}

void connection::reloaded() {
    if (closing_) return;
    if (listener_->conf.closed) return close(ending::other, "its listener was closed");
    if (session_ == nullptr) return; // a verdict that is on its way counts no more
    auto who = home_.describe(*session_);
    who.certified = certified_;
    if (refusal(home_.shared().plugins.keeps(home_, who))) close(ending::not_authorised, "not authorised any more");
}

// No value: it may come in.
std::optional<connack_code> connection::refusal(plugin::connect_verdict verdict) const {
    switch (verdict) {
    case plugin::connect_verdict::accept: return std::nullopt;
    case plugin::connect_verdict::bad_user_name_or_password: return connack_code::bad_user_name_or_password;
    case plugin::connect_verdict::not_authorized: return connack_code::not_authorized;
    case plugin::connect_verdict::later:
    case plugin::connect_verdict::pass: break;
    }
    if (listener_->conf.allow_anonymous.value_or(home_.shared().conf.allow_anonymous)) return std::nullopt;
    return connack_code::not_authorized;
}

void connection::refuse(connack_code code, std::string_view detail, codec::bytes client_id) {
    if (home_.tracer().on()) trace_refusal(client_id, code, detail);
    send(codec::encode_connack(false, code, codec::protocol_version::v3_1_1)); // [MQTT-3.2.2-4]
    write_refusal(code);
    close(ending_of(code), detail); // [MQTT-3.2.2-5]
}

// Finds or makes the session. A session never moves: if another worker has it, this connection goes there.
void connection::enter(const codec::connect& packet, const std::string& client_id, codec::bytes frame) {
    auto& directory = home_.shared().directory;
    for (;;) {
        const auto known = directory.find(client_id);
        if (known && known->worker != home_.index()) {
            leaving_for_ = std::make_unique<destination>(destination{known->worker, std::string(frame)});
            return close(ending::orderly);
        }
        // Or a client that gave up and came again would be thrown out by what it had sent before.
        if (known && known->session->connected() && transport_->abandoned())
            return close(ending::connection_lost, "connection closed by client");
        if (known)
            if (auto* kept = take_over(*known->session, packet)) return welcome(packet, *kept, true);
        if (home_.memory_full()) return refuse(connack_code::server_unavailable, "memory_limit is reached", client_id);
        if (home_.no_more_sessions())
            return refuse(connack_code::server_unavailable, "global_max_clients reached", client_id);
        if (auto* made = home_.make_session(client_id)) return welcome(packet, *made, false);
    } // another worker was faster: look again
}

// The session to go on with, or null if there is none to go on with.
session::session* connection::take_over(session::session& existing, const codec::connect& packet) {
    if (existing.connected()) { // [MQTT-3.1.4-2]
        auto* old = static_cast<connection*>(existing.current_link());
        if (logs_connections())
            home_.shared().log.write(log::level::error, {{"event", "taken over"}, {"client", existing.client_id()}},
                                     "Client {} already connected, closing old connection.", existing.client_id());
        if (home_.tracer().on()) trace_session(existing, "taken over");
        old->close(ending::taken_over, "session taken over");
        if (home_.tracer().on()) old->trace_end("taken over");
        const bool gone = existing.clean();
        old->release_session();
        if (gone) return nullptr;
    }
    if (packet.clean_session || existing.clean()) { // [MQTT-3.1.2-6]
        ended_ = existing.durable();
        home_.end_session(existing);
        return nullptr;
    }
    return &existing; // [MQTT-3.1.2-4]
}

void connection::welcome(const codec::connect& packet, session::session& session, bool session_present) {
    session_ = &session;
    const auto& l = listener_->conf;
    if (session_present &&
        (session.realm() != l.realm || session.user_name() != packet.user_name.value_or(codec::bytes{})))
        home_.rights_changed();
    session.come_by({l.realm, static_cast<codec::qos>(l.max_qos), l.mount_point});
    last_received_ = home_.now_seconds();
    connected_ms_ = home_.now().wall_ms;
    keep_alive_ = packet.keep_alive;
    home_.file(*this);
    home_.count().connects.add();
    home_.count().clients_connected.add();
    write_welcome(packet);
    if (home_.tracer().on()) trace_session(session, session_present ? "resumed" : "new");
    session.attach(*this, packet, session_present, ended_ ? home_.last_ticket() : 0);
    tell_presence(session, {});
}

} // namespace nightjar::worker
