// What the log says of a connection, letter by letter as mosquitto 2.0.11 writes it: people grep for it, and so do
// fail2ban and the like. Where mosquitto has no words of its own, or leaves out who it was, a line more says that.
#include "broker/codec/name.hpp"
#include "broker/worker/connection.hpp"
#include "broker/worker/worker.hpp"

#include <fmt/format.h>

namespace nightjar::worker {

using log::level;
using session::ending;

namespace {

std::string_view words_of(ending why) {
    switch (why) {
    case ending::orderly: return " disconnected.";
    case ending::connection_lost: return " closed its connection.";
    case ending::malformed_packet: return " disconnected due to malformed packet.";
    case ending::protocol_error: return " disconnected due to protocol error.";
    case ending::oversize_packet: return " disconnected due to oversize packet.";
    case ending::not_authorised: return " disconnected, not authorised.";
    case ending::keep_alive: return " has exceeded timeout, disconnecting.";
    case ending::administrative: return " been disconnected by administrative action.";
    case ending::taken_over:
    case ending::broker_stops: // said once, not for each
    case ending::other: break;
    }
    return {};
}

std::string_view reason_of(ending why) {
    switch (why) {
    case ending::orderly: return "disconnect";
    case ending::connection_lost: return "connection lost";
    case ending::malformed_packet: return "malformed packet";
    case ending::protocol_error: return "protocol error";
    case ending::oversize_packet: return "oversize packet";
    case ending::not_authorised: return "not authorised";
    case ending::keep_alive: return "keep alive";
    case ending::taken_over: return "taken over";
    case ending::administrative: return "administrative action";
    case ending::broker_stops: return "broker stops";
    case ending::other: return "other";
    }
    return {};
}

// Cases in which mosquitto's line does not tell what was wrong, nor who an unknown client is.
bool needs_detail(ending why) {
    return why == ending::malformed_packet || why == ending::protocol_error || why == ending::oversize_packet ||
           why == ending::not_authorised;
}

} // namespace

bool connection::logs_connections() const { return home_.shared().conf.log.connection_messages; }

std::string_view connection::client_name() const {
    return session_ != nullptr ? std::string_view(session_->client_id()) : std::string_view("<unknown>");
}

void connection::write_welcome(const codec::connect& packet) const {
    auto& log = home_.shared().log;
    const auto& id = session_->client_id();
    const auto address = peer_.text();
    const auto user = packet.user_name.value_or(codec::bytes{});
    if (logs_connections())
        log.write(level::notice,
                  {{"event", "connected"},
                   {"client", id},
                   {"username", user},
                   {"address", address},
                   {"port", peer_.port},
                   {"protocol", packet.version == codec::protocol_version::v3_1 ? "3.1" : "3.1.1"},
                   {"clean_session", packet.clean_session},
                   {"keep_alive", packet.keep_alive}},
                  "New {} connected from {} as {} (p{}, c{}, k{}{}).", packet.bridge ? "bridge" : "client",
                  peer_.place(), id, packet.version == codec::protocol_version::v3_1 ? 1 : 2,
                  packet.clean_session ? 1 : 0, packet.keep_alive,
                  packet.user_name ? fmt::format(", u'{}'", user) : "");
    if (!log.enabled(level::debug)) return;
    if (packet.will) {
        log.debug("Will message specified ({} bytes) (r{}, q{}).", packet.will->payload.size(),
                  packet.will->retain ? 1 : 0, static_cast<int>(packet.will->qos));
        log.debug("\t{}", packet.will->topic);
    } else {
        log.debug("No will message specified.");
    }
    if (const auto security = transport_->security(); !security.empty()) log.debug("Client {} uses {}.", id, security);
}

// Before it is known whose connection it is.
void connection::write_bad_protocol(codec::error cause, codec::bytes body) const {
    if (!logs_connections() || body.size() < 3) return;
    auto& log = home_.shared().log;
    const auto address = peer_.text();
    const auto size = std::size_t{static_cast<unsigned char>(body[0])} << 8 | static_cast<unsigned char>(body[1]);
    const auto name = body.substr(2, size);
    if (cause == codec::error::protocol_name)
        log.information("Invalid protocol \"{}\" in CONNECT from {}.", name, address);
    if (cause == codec::error::protocol_level && body.size() > size + 2)
        log.information("Invalid protocol version {} in CONNECT from {}.",
                        static_cast<int>(static_cast<unsigned char>(body[size + 2])), address);
}

void connection::write_refusal(codec::connack_code code) const {
    home_.shared().log.write(level::debug, {{"packet", "CONNACK"}, {"address", peer_.text()}},
                             "Sending CONNACK to {} (0, {})", peer_.text(), static_cast<int>(code));
}

void connection::write_ping(codec::packet_type type) const {
    if (home_.tracer().on()) trace_ping(type);
    const bool received = type == codec::packet_type::pingreq;
    home_.shared().log.write(level::debug, {{"client", client_name()}, {"packet", codec::name_of(type)}}, "{} {} {} {}",
                             received ? "Received" : "Sending", codec::name_of(type), received ? "from" : "to",
                             client_name());
}

void connection::write_end() const {
    if (ending_ == ending::taken_over) return; // told when it was, while the connection knew its session
    if (home_.tracer().on()) trace_end(reason_of(ending_));
    if (!logs_connections() || ending_ == ending::broker_stops) return;
    auto& log = home_.shared().log;
    const auto address = peer_.text();
    const auto id = client_name();
    const auto user = session_ != nullptr ? std::string_view(session_->user_name()) : std::string_view{};
    if (needs_detail(ending_) && !detail_.empty())
        log.write(level::information, {{"client", id}, {"username", user}, {"address", address}, {"port", peer_.port}},
                  "Client {} [{}]: {}.", id, peer_.place(), detail_);
    const auto words = words_of(ending_);
    log.write(level::notice,
              {{"event", "disconnected"},
               {"client", session_ != nullptr ? id : std::string_view{}},
               {"username", user},
               {"address", address},
               {"port", peer_.port},
               {"reason", reason_of(ending_)},
               {"detail", detail_}},
              "Client {}{}", words.empty() ? name() : id,
              words.empty() ? fmt::format(" disconnected: {}.", detail_) : std::string(words));
}

} // namespace nightjar::worker
