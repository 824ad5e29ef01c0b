// What goes in and out, for the debug log in mosquitto's wording and for live traces. Costs two loads and a branch when
// nobody looks.
#include "broker/codec/decode.hpp"
#include "broker/codec/name.hpp"
#include "broker/session/session.hpp"

namespace nightjar::session {

using codec::packet_type;
using text::json_writer;

namespace {

void add_publish(json_writer& line, const codec::publish& p, bool with_payload) {
    line.field("topic", p.topic).field("qos", static_cast<int>(p.qos)).field("dup", p.dup).field("retain", p.retain);
    if (p.qos != codec::qos::at_most_once) line.field("packet_id", p.packet_id);
    line.field("payload_bytes", p.payload.size());
    if (with_payload) trace::add_payload(line, p.payload);
}

std::size_t remaining_length(const codec::publish& p) {
    return 2 + p.topic.size() + (p.qos == codec::qos::at_most_once ? 0U : 2U) + p.payload.size();
}

template <typename List>
void add_filters(json_writer& line, List filters, bool with_qos) {
    line.key("filters").begin_array();
    while (const auto request = filters.next()) {
        line.begin_object().field("filter", request->filter);
        if (with_qos) line.field("qos", static_cast<int>(request->qos));
        line.end_object();
    }
    line.end_array();
}

} // namespace

trace::subject session::subject() const { return {client_id_, user_name_, address()}; }

std::string session::address() const { return link_ != nullptr ? link_->address() : std::string(); }

std::size_t session::queued_count() const { return outbound_ ? outbound_->queue.size() : 0; }
std::size_t session::in_flight_count() const { return outbound_ ? outbound_->window.size() : 0; }

template <typename Tell>
void session::trace_packet(std::string_view direction, packet_type type, codec::bytes topic, std::size_t length,
                           Tell tell) const {
    if (!broker_.tracer().on()) return;
    broker_.tracer().note(subject(), topic, "packet", [&](json_writer& line, bool payload) {
        line.field("direction", direction).field("packet", codec::name_of(type)).field("remaining_length", length);
        tell(line, payload);
    });
}

// --- in

// Of a PUBLISH the router tells, once it knows whether it may come in.
void session::note_received(const codec::fixed_header& header, codec::bytes body) const {
    if (header.type == packet_type::publish) return;
    trace_received(header, body);
    const bool acknowledgement = header.type >= packet_type::puback && header.type <= packet_type::pubcomp;
    const bool expected = acknowledgement || header.type == packet_type::subscribe ||
                          header.type == packet_type::unsubscribe || header.type == packet_type::disconnect;
    if (!expected || !log_.enabled(log::level::debug)) return; // others are errors, which have lines of their own
    const auto name = codec::name_of(header.type);
    std::string rest;
    if (acknowledgement) {
        const auto id = codec::decode_acknowledgement(header.type, header.flags, body, version_);
        if (!id) return;
        const bool with_code = header.type == packet_type::puback || header.type == packet_type::pubcomp;
        rest = fmt::format(" (Mid: {}{})", *id, with_code ? ", RC:0" : "");
    }
    log_.write(log::level::debug, {{"client", client_id_}, {"packet", name}}, "Received {} from {}{}", name, client_id_,
               rest);
}

void session::trace_received(const codec::fixed_header& header, codec::bytes body) const {
    trace_packet("in", header.type, {}, body.size(), [&](json_writer& line, bool) {
        if (header.type == packet_type::subscribe) {
            const auto packet = codec::decode_subscribe(header.flags, body, version_);
            if (!packet) return static_cast<void>(line.field("malformed", codec::describe(packet.error())));
            line.field("packet_id", packet->packet_id);
            add_filters(line, packet->filters, true);
        } else if (header.type == packet_type::unsubscribe) {
            const auto packet = codec::decode_unsubscribe(header.flags, body, version_);
            if (!packet) return static_cast<void>(line.field("malformed", codec::describe(packet.error())));
            line.field("packet_id", packet->packet_id);
            add_filters(line, packet->filters, false);
        } else if (header.type >= packet_type::puback && header.type <= packet_type::pubcomp) {
            if (const auto id = codec::decode_acknowledgement(header.type, header.flags, body, version_))
                line.field("packet_id", *id);
        }
    });
}

void session::note_publish(const codec::publish& packet, bool denied) const {
    write_publish(denied ? "Denied PUBLISH from" : "Received PUBLISH from", packet);
    trace_packet("in", packet_type::publish, packet.topic, remaining_length(packet),
                 [&](json_writer& line, bool payload) { add_publish(line, packet, payload); });
}

void session::write_publish(const char* what, const codec::publish& p) const {
    log_.write(log::level::debug, {{"client", client_id_}, {"packet", "PUBLISH"}, {"topic", p.topic}},
               "{} {} (d{}, q{}, r{}, m{}, '{}', ... ({} bytes))", what, client_id_, p.dup ? 1 : 0,
               static_cast<int>(p.qos), p.retain ? 1 : 0, p.packet_id, p.topic, p.payload.size());
}

// --- out

void session::note_sent(const codec::publish& packet) const {
    write_publish("Sending PUBLISH to", packet);
    trace_packet("out", packet_type::publish, packet.topic, remaining_length(packet),
                 [&](json_writer& line, bool payload) { add_publish(line, packet, payload); });
}

void session::note_sent(const answer& what) const {
    const bool connack = what.type == packet_type::connack;
    trace_packet("out", what.type, {}, 2 + what.codes.size(), [&](json_writer& line, bool) {
        if (connack) {
            line.field("session_present", what.id != 0).field("return_code", 0);
        } else {
            line.field("packet_id", what.id);
        }
        if (what.type != packet_type::suback) return;
        line.key("return_codes").begin_array();
        for (const auto code : what.codes) line.value(static_cast<int>(code));
        line.end_array();
    });
    const auto name = codec::name_of(what.type);
    std::string rest;
    switch (what.type) {
    case packet_type::connack: rest = fmt::format(" ({}, 0)", what.id); break;
    case packet_type::puback:
    case packet_type::pubrec: rest = fmt::format(" (m{}, rc{})", what.id, what.reason); break;
    case packet_type::pubrel:
    case packet_type::pubcomp: rest = fmt::format(" (m{})", what.id); break;
    default: break;
    }
    log_.write(log::level::debug, {{"client", client_id_}, {"packet", name}}, "Sending {} to {}{}", name, client_id_,
               rest);
}

// --- what else becomes of a message; for traces alone

void session::trace_message(std::string_view event, codec::bytes topic, codec::qos qos, std::string_view why) const {
    if (!broker_.tracer().on()) return;
    broker_.tracer().note(subject(), topic, event, [&](json_writer& line, bool) {
        line.field("topic", topic).field("qos", static_cast<int>(qos)).field("why", why);
        line.field("queued", queued_count()).field("in_flight", in_flight_count());
    });
}

std::string_view session::why_queued() const {
    if (link_ == nullptr) return "client away";
    if (outbound_ && !outbound_->queue.empty()) return "others wait before it";
    if (outbound_ && outbound_->window.size() >= limits_.max_inflight_messages) return "max_inflight_messages";
    return "client reads slowly";
}

} // namespace nightjar::session
