// What a trace sees of a connection's beginning and end, and of the way of a PUBLISH: who may, where it goes, who does
// not get it. Called only while somebody follows something, so nothing here needs to be quick.
#include "broker/worker/connection.hpp"
#include "broker/worker/worker.hpp"

#include <bit>

#include <fmt/format.h>

namespace nightjar::worker {

namespace {

std::string_view name_of(plugin::question what) {
    switch (what) {
    case plugin::question::read: return "read";
    case plugin::question::write: return "write";
    case plugin::question::subscribe: break;
    }
    return "subscribe";
}

std::string rule_of(const plugin::explanation& e) {
    return e.line != 0 ? fmt::format("{}:{}: {}", e.file, e.line, e.text) : e.detail;
}

} // namespace

trace::subject connection::subject(codec::bytes client_id, codec::bytes user_name) const {
    return {client_id, user_name, peer_.text()};
}

void connection::trace_connect(const codec::connect& packet, std::size_t remaining_length) const {
    const auto who = subject(packet.client_id, packet.user_name.value_or(codec::bytes{}));
    home_.tracer().note(
        who, packet.will ? packet.will->topic : codec::bytes{}, "packet", [&](auto& line, bool payload) {
            line.field("direction", "in").field("packet", "CONNECT").field("remaining_length", remaining_length);
            line.field("protocol", packet.version == codec::protocol_version::v3_1 ? "3.1" : "3.1.1");
            line.field("clean_session", packet.clean_session).field("keep_alive", packet.keep_alive);
            line.field("password", packet.password.has_value()); // that there is one
            line.field("port", peer_.port).field("transport", transport_->kind());
            if (!packet.will) return;
            line.field("will_topic", packet.will->topic).field("will_qos", static_cast<int>(packet.will->qos));
            line.field("will_retain", packet.will->retain).field("will_payload_bytes", packet.will->payload.size());
            if (payload) trace::add_payload(line, packet.will->payload);
        });
}

void connection::trace_refusal(codec::bytes client_id, codec::connack_code code, std::string_view why) const {
    home_.tracer().note(subject(client_id, {}), {}, "packet", [&](auto& line, bool) {
        line.field("direction", "out").field("packet", "CONNACK").field("remaining_length", 2);
        line.field("return_code", static_cast<int>(code)).field("why", why);
    });
}

void connection::trace_session(const session::session& s, std::string_view what) const {
    home_.tracer().note(subject(s.client_id(), s.user_name()), {}, "session", [&](auto& line, bool) {
        line.field("what", what).field("subscriptions", s.subscription_count()).field("queued", s.queued_count());
        line.field("in_flight", s.in_flight_count());
    });
}

void connection::trace_end(std::string_view reason) const {
    const bool known = session_ != nullptr;
    home_.tracer().note(known ? subject(session_->client_id(), session_->user_name()) : subject({}, {}), {},
                        "disconnected", [&](auto& line, bool) {
                            line.field("reason", reason);
                            if (!detail_.empty()) line.field("detail", detail_);
                        });
}

void connection::trace_ping(codec::packet_type type) const {
    const bool in = type == codec::packet_type::pingreq;
    home_.tracer().note(subject(session_->client_id(), session_->user_name()), {}, "packet", [&](auto& line, bool) {
        line.field("direction", in ? "in" : "out").field("packet", in ? "PINGREQ" : "PINGRESP");
        line.field("remaining_length", 0);
    });
}

// --- routing

void worker::trace_session_end(const session::session& s) const {
    tracer().note({s.client_id(), s.user_name(), s.address()}, {}, "session", [&](auto& line, bool) {
        line.field("what", "ended").field("subscriptions", s.subscription_count()).field("queued", s.queued_count());
    });
}

void worker::trace_access(const plugin::client& who, plugin::question what, codec::bytes topic, bool allowed,
                          std::string_view by) const {
    tracer().note({who.client_id, who.user_name, std::string(who.address)}, topic, "access", [&](auto& line, bool) {
        line.field("access", name_of(what)).field("topic", topic).field("allowed", allowed);
        if (!by.empty()) {
            line.field("by", by);
        } else if (const auto why = common_.plugins.explain(who, what, topic)) {
            line.field("by", rule_of(*why));
        }
    });
}

void worker::trace_write(const plugin::client& who, const topic_entry& entry, const codec::publish& packet,
                         std::optional<plugin::drop_reason> refused) const {
    std::string_view by;
    if (entry.closed) {
        by = "nobody may publish to this topic";
    } else if (refused == plugin::drop_reason::too_large) {
        by = "message_size_limit";
    } else if (refused && (!access_judged_ || entry.writer_may)) {
        by = "a plugin";
    }
    if (refused || access_judged_) trace_access(who, plugin::question::write, packet.topic, !refused, by);
}

// Where it goes. Rights to read are asked for once for each topic, so they are told again here.
void worker::trace_route(const plugin::client& who, const topic_entry& entry, const codec::publish& packet) const {
    if (packet.retain)
        tracer().note(
            {who.client_id, who.user_name, std::string(who.address)}, packet.topic, "retained", [&](auto& line, bool) {
                line.field("topic", packet.topic).field("what", packet.payload.empty() ? "cleared" : "stored");
            });
    tracer().note({who.client_id, who.user_name, std::string(who.address)}, packet.topic, "routed",
                  [&](auto& line, bool) {
                      line.field("topic", packet.topic).field("subscribers", entry.local.size());
                      line.field("other_workers", std::popcount(entry.other_workers));
                  });
}

// Of each subscriber of this worker, whoever has published.
void worker::trace_readers(const topic_entry& entry) const {
    if (!access_judged_) return;
    const auto tell = [&](const session::session& s, bool allowed) {
        const auto address = s.address();
        auto who = describe(s);
        who.address = address;
        trace_access(who, plugin::question::read, entry.topic, allowed, {});
    };
    for (const auto* s : entry.forbidden) tell(*s, false);
    for (const auto& target : entry.local) tell(*target.session, true);
}

} // namespace nightjar::worker
