// Debug lines of what goes in and out, in mosquitto's wording. Costs a load and a branch when nobody listens.
#include "broker/codec/decode.hpp"
#include "broker/session/session.hpp"

namespace nightjar::session {

namespace {

using codec::packet_type;

const char* name_of(packet_type type) {
    constexpr const char* names[] = {"RESERVED", "CONNECT",  "CONNACK",    "PUBLISH", "PUBACK",      "PUBREC",
                                     "PUBREL",   "PUBCOMP",  "SUBSCRIBE",  "SUBACK",  "UNSUBSCRIBE", "UNSUBACK",
                                     "PINGREQ",  "PINGRESP", "DISCONNECT", "AUTH"};
    return names[static_cast<unsigned>(type)];
}

} // namespace

void session::write_publish_trace(const char* what, const codec::publish& p) const {
    log_.debug("{} {} (d{}, q{}, r{}, m{}, '{}', ... ({} bytes))", what, client_id_, p.dup ? 1 : 0,
               static_cast<int>(p.qos), p.retain ? 1 : 0, p.packet_id, p.topic, p.payload.size());
}

void session::write_received_trace(const codec::fixed_header& header, codec::bytes body) const {
    if (header.type != packet_type::publish) return log_.debug("Received {} from {}", name_of(header.type), client_id_);
    if (const auto p = codec::decode_publish(header.flags, body, version_))
        write_publish_trace("Received PUBLISH from", *p);
}

void session::write_sent_trace(packet_type type, codec::packet_id id) const {
    log_.debug("Sending {} to {} (m{})", name_of(type), client_id_, id);
}

} // namespace nightjar::session
