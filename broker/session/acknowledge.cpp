// PUBACK, PUBREC, PUBREL, PUBCOMP in both directions, MQTT-3.4 to 3.7, and acknowledgements that wait for the disk.
#include "broker/codec/decode.hpp"
#include "broker/codec/encode.hpp"
#include "broker/session/session.hpp"

#include <algorithm>

namespace nightjar::session {

using codec::packet_type;
using state = inflight_window::state;

void session::send_acknowledgement(packet_type type, codec::packet_id id) {
    link_->send(codec::encode_acknowledgement(type, id));
    if (tracing()) write_sent_trace(type, id);
}

void session::acknowledge(packet_type type, codec::packet_id id, ticket after) {
    const bool on_disk = after <= broker_.committed();
    if (on_disk && (!inbound_ || inbound_->acknowledgements.empty())) {
        send_acknowledgement(type, id);
        return;
    }
    auto& waiting = inbound().acknowledgements;
    if (waiting.empty()) broker_.wait_for_commit(*this);
    waiting.push_back({waiting.empty() ? after : std::max(after, waiting.back().after), type, id});
}

void session::on_committed() {
    if (!inbound_ || link_ == nullptr) return;
    auto& waiting = inbound_->acknowledgements;
    while (!waiting.empty() && waiting.front().after <= broker_.committed()) {
        send_acknowledgement(waiting.front().type, waiting.front().id);
        waiting.pop_front();
    }
    if (!waiting.empty()) broker_.wait_for_commit(*this);
}

void session::on_commit_failed(ticket failed) {
    if (!inbound_ || link_ == nullptr) return;
    auto& waiting = inbound_->acknowledgements;
    if (waiting.empty() || waiting.front().after > failed) return;
    // A QoS 2 message that is not on disk was not received: its second try must count as the first.
    for (const auto& a : waiting)
        if (a.type == packet_type::pubrec) inbound_->unreleased.erase(a.id);
    waiting.clear();
    link_->close("its messages could not be stored");
}

void session::on_acknowledgement(packet_type type, std::uint8_t flags, codec::bytes body) {
    const auto id = codec::decode_acknowledgement(type, flags, body, version_);
    if (!id) return protocol_error(id.error());
    switch (type) {
    case packet_type::puback: return on_puback(*id);
    case packet_type::pubrec: return on_pubrec(*id);
    case packet_type::pubrel: return on_pubrel(*id);
    default: return on_pubcomp(*id);
    }
}

// An id that is not in flight is ignored: after a reconnect the client may answer what we have already closed.
void session::on_puback(codec::packet_id id) {
    auto* slot = outbound_ ? outbound_->window.find(id) : nullptr;
    if (slot == nullptr || slot->state != state::awaiting_puback) return;
    outbound_->window.remove(*slot);
    pump();
}

void session::on_pubrec(codec::packet_id id) {
    auto* slot = outbound_ ? outbound_->window.find(id) : nullptr;
    if (slot != nullptr && slot->state == state::awaiting_puback) return;
    if (slot != nullptr) {
        slot->state = state::awaiting_pubcomp;
        slot->message.reset(); // [MQTT-4.3.3-1]: from now on the packet id alone counts
    }
    send_acknowledgement(packet_type::pubrel, id); // also to an unknown id, or it asks for ever
}

void session::on_pubrel(codec::packet_id id) {
    ticket after = 0;
    if (inbound_) {
        inbound_->unreleased.erase(id);
        if (!inbound_->acknowledgements.empty()) after = inbound_->acknowledgements.back().after;
    }
    acknowledge(packet_type::pubcomp, id, after); // [MQTT-4.3.3-2], also to an unknown id
}

void session::on_pubcomp(codec::packet_id id) {
    auto* slot = outbound_ ? outbound_->window.find(id) : nullptr;
    if (slot == nullptr || slot->state != state::awaiting_pubcomp) return;
    outbound_->window.remove(*slot);
    pump();
}

} // namespace nightjar::session
