// PUBACK, PUBREC, PUBREL, PUBCOMP in both directions, MQTT-3.4 to 3.7, and acknowledgements that wait for the disk.
#include "broker/codec/decode.hpp"
#include "broker/codec/encode.hpp"
#include "broker/session/session.hpp"

#include <algorithm>
#include <utility>

namespace nightjar::session {

using codec::packet_type;
using state = inflight_window::state;

void session::send_answer(const answer& what) {
    if (what.type == packet_type::suback) {
        std::string packet;
        codec::append_suback(packet, what.id, what.codes); // [MQTT-3.8.4-5]
        link_->send(packet);
    } else if (what.type == packet_type::connack) {
        link_->send(codec::encode_connack(what.id != 0, codec::connack_code::accepted, version_));
    } else {
        link_->send(codec::encode_acknowledgement(what.type, what.id));
    }
    if (watched()) note_sent(what);
}

void session::acknowledge(answer what, ticket after) {
    const bool on_disk = after <= disk_.committed();
    if (on_disk && (!inbound_ || inbound_->answers.empty())) return send_answer(what);
    auto& waiting = inbound().answers;
    if (waiting.empty()) disk_.wait_for_commit(*this);
    if (what.type == packet_type::suback) ++inbound_->subacks;
    waiting.push_back({waiting.empty() ? after : std::max(after, waiting.back().after), std::move(what)});
}

void session::on_committed() {
    if (outbound_ && !outbound_->held.empty()) release_held();
    if (!inbound_ || link_ == nullptr) return;
    auto& waiting = inbound_->answers;
    const auto subacks = inbound_->subacks;
    while (!waiting.empty() && waiting.front().after <= disk_.committed()) {
        send_answer(waiting.front().what);
        if (waiting.front().what.type == packet_type::suback) --inbound_->subacks;
        waiting.pop_front();
    }
    if (!waiting.empty()) disk_.wait_for_commit(*this);
    if (subacks > 0 && inbound_->subacks == 0) pump();
}

void session::on_commit_failed(ticket failed) {
    if (outbound_) { // a later commit writes what this one owes
        for (auto& h : outbound_->held) h.after = std::max(h.after, failed + 1);
        if (!outbound_->held.empty()) disk_.wait_for_commit(*this);
    }
    if (!inbound_ || link_ == nullptr) return;
    auto& waiting = inbound_->answers;
    if (waiting.empty() || waiting.front().after > failed) return;
    // What a plugin could not store was not received: its second try must count as the first.
    for (const auto& a : waiting) {
        if (a.what.type != packet_type::pubrec || !a.what.plugin_stored) continue;
        inbound_->unreleased.erase(a.what.id);
        if (durable_) note(storage::remove_inbound{number(), a.what.id});
    }
    waiting.clear();
    inbound_->subacks = 0;
    link_->close(ending::other, "its messages could not be stored");
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
    if (slot == nullptr || slot->state != state::awaiting_puback || slot->held) return;
    if (durable_) note(storage::step::done, std::move(slot->message));
    outbound_->window.remove(*slot);
    pump();
}

void session::on_pubrec(codec::packet_id id) {
    auto* slot = outbound_ ? outbound_->window.find(id) : nullptr;
    if (slot == nullptr) return send_answer({packet_type::pubrel, id}); // or it asks for ever
    if (slot->state == state::awaiting_puback || slot->held) return;
    if (slot->state == state::awaiting_pubcomp) return send_in_flight(*slot);
    slot->state = state::awaiting_pubcomp; // [MQTT-4.3.3-1]: from now on the packet id alone counts
    if (!durable_) {
        slot->message.reset();
        return send_in_flight(*slot);
    }
    note(storage::step::released, slot->message, id);
    send_after(*slot, disk_.batch_ticket()); // after a crash the message must not come a second time
}

void session::on_pubrel(codec::packet_id id) {
    if (inbound_ && inbound_->unreleased.erase(id) > 0 && durable_) note(storage::remove_inbound{number(), id});
    // [MQTT-4.3.3-2], also to an unknown id. After a crash the id's next message must not be taken for this one.
    acknowledge({packet_type::pubcomp, id}, durable_ ? disk_.last_ticket() : 0);
}

void session::on_pubcomp(codec::packet_id id) {
    auto* slot = outbound_ ? outbound_->window.find(id) : nullptr;
    if (slot == nullptr || slot->state != state::awaiting_pubcomp || slot->held) return;
    if (durable_) note(storage::step::done, std::move(slot->message));
    outbound_->window.remove(*slot);
    pump();
}

} // namespace nightjar::session
