// Outbound PUBLISH: straight to the client, into the window, or into the queue. Every queue has a limit and every drop
// is counted; a client that does not read delays nobody else.
#include "broker/codec/encode.hpp"
#include "broker/session/session.hpp"

#include <algorithm>
#include <utility>

namespace nightjar::session {

using plugin::drop_reason;

void session::deliver(delivery& d, codec::qos granted) {
    if (mount_ || bridge_) return deliver_apart(d, granted);
    const auto qos = std::min(d.packet().qos, granted); // [MQTT-3.8.4-6]
    if (qos == codec::qos::at_most_once) return deliver_qos0(d);
    deliver_at(qos, d);
}

// The client hears another topic than the others, so it shares no frame with them. Or it is a bridge of mosquitto: it
// hears nothing that it has sent, which would go round, and sees RETAIN as it was published, to publish it so itself.
void session::deliver_apart(delivery& d, codec::qos granted) {
    const auto& p = d.packet();
    const auto qos = std::min(p.qos, granted);
    if (bridge_ && d.is_from(*this)) return keep_from_its_writer(d, qos);
    if (hides(p.topic)) return drop(d.shared(), qos, drop_reason::denied); // subscribed to through another listener
    if (qos != codec::qos::at_most_once) return deliver_at(qos, d);
    if (link_ == nullptr || (outbound_ && outbound_->live_waits())) return deliver_qos0(d); // it queues
    if (!link_->has_room(p.topic.size() + p.payload.size())) return drop_qos0(d, drop_reason::output_full);
    send_publish({p.topic, p.payload, qos, bridge_ && p.retain, false, 0}, d.large() ? d.shared() : nullptr);
}

void session::keep_from_its_writer(delivery& d, codec::qos qos) {
    trace_message("not sent back", d.packet().topic, qos, "bridge");
    if (durable_ && qos != codec::qos::at_most_once) note(storage::step::done, d.shared());
}

// QoS 1 or 2.
void session::deliver_at(codec::qos qos, delivery& d) {
    if (link_ != nullptr) {
        const auto& out = outbound();
        if (out.queue.empty() && out.searches.empty() && out.window.size() < limits_.max_inflight_messages &&
            link_->roomy())
            return start(outbound().window.add(d.shared(), qos, false), qos);
    }
    if (const auto why = queue_refusal(*d.shared())) return drop(d.shared(), qos, *why);
    trace_message("queued", d.packet().topic, qos, why_queued());
    enqueue(d.shared(), qos, false);
}

void session::count_drop(plugin::drop_reason why, std::uint64_t n) {
    broker_.count().dropped_for(why).add(n);
    if (!dropped_) dropped_ = std::make_unique<plugin::drop_counts>();
    (*dropped_)[why] += n;
}

void session::drop(const topics::message_ptr& m, codec::qos qos, plugin::drop_reason why) {
    count_drop(why);
    if (why == plugin::drop_reason::queue_full && (*dropped_)[why] == 1) // said once for a session; /metrics counts
        log_.notice("Outgoing messages are being dropped for client {}.", client_id_);
    trace_message("dropped", m->topic(), qos, plugin::name_of(why));
    if (durable_ && qos != codec::qos::at_most_once) note(storage::step::done, m);
}

void session::drop_forbidden() {
    if (!outbound_) return;
    auto& out = *outbound_;
    const auto forbidden = [this](const topics::message_ptr& m) {
        return m && (hides(m->topic()) || !broker_.may_read(*this, m->topic()));
    };
    for (auto* slot : out.window.in_order()) {
        if (slot->state == inflight_window::state::awaiting_pubcomp || !forbidden(slot->message)) continue;
        drop(slot->message, codec::qos::at_least_once, drop_reason::denied);
        out.window.remove(*slot);
    }
    std::erase_if(out.queue, [&](const queued& q) {
        if (!forbidden(q.message)) return false;
        out.note_unqueued(q);
        drop(q.message, q.qos, drop_reason::denied);
        return true;
    });
}

void session::deliver_qos0(delivery& d) {
    const bool away = link_ == nullptr;
    if (away && (!limits_.queue_qos0_messages || clean_)) return drop_qos0(d, drop_reason::offline);
    if (away || (outbound_ && outbound_->live_waits())) { // a retained message must not come after a newer one
        if (const auto why = queue_refusal(*d.shared())) return drop_qos0(d, *why);
        trace_message("queued", d.packet().topic, codec::qos::at_most_once, why_queued());
        return enqueue(d.shared(), codec::qos::at_most_once, false);
    }
    // DUP is between sender and server only [MQTT-3.3.1-3].
    if (d.large()) {
        if (!link_->has_room(d.packet().payload.size())) return drop_qos0(d, drop_reason::output_full);
        const auto& p = d.packet();
        return send_publish({p.topic, p.payload, codec::qos::at_most_once, false, false, 0}, d.shared());
    }
    if (!link_->try_send(d.qos0_frame(), d.packet().payload.size())) return drop_qos0(d, drop_reason::output_full);
    ++messages_sent_;
    if (!watched()) return;
    const auto& p = d.packet();
    note_sent({p.topic, p.payload, codec::qos::at_most_once, false, false, 0});
}

void session::drop_qos0(const delivery& d, plugin::drop_reason why) {
    count_drop(why);
    trace_message("dropped", d.packet().topic, codec::qos::at_most_once, plugin::name_of(why));
}

// New in the window. A QoS 2 message of a durable session is not sent before its packet id is on disk: a process that
// has forgotten the id would send the message again under another one, and the client take it for a new one.
void session::start(inflight_window::slot& s, codec::qos qos) {
    if (!durable_) return send_in_flight(s);
    note(storage::step::sent, s.message, s.id);
    const auto& held = outbound_->held;
    if (held.empty() && qos == codec::qos::at_least_once) disk_.batch().soon_done = true;
    if (qos == codec::qos::exactly_once) return send_after(s, disk_.batch_ticket());
    send_after(s, held.empty() ? 0 : held.back().after); // it does not overtake
}

// PUBLISH or PUBREL, when `after` is on disk.
void session::send_after(inflight_window::slot& s, ticket after) {
    auto& held = outbound_->held;
    if (held.empty() && after <= disk_.committed()) return send_in_flight(s);
    if (held.empty()) disk_.wait_for_commit(*this);
    s.held = true;
    held.push_back({held.empty() ? after : std::max(after, held.back().after), s.id});
}

// To a client that is back, in the order in which they came [MQTT-4.6.0-1]: what still waits for the disk holds up what
// is behind it, and nothing else.
void session::resend_in_flight() {
    const auto waited = std::exchange(outbound_->held, {});
    for (auto* slot : outbound_->window.in_order()) {
        const auto is_this = [slot](const auto& h) { return h.id == slot->id; };
        const auto w = slot->held ? std::find_if(waited.begin(), waited.end(), is_this) : waited.end();
        slot->held = false;
        send_after(*slot, w != waited.end() ? w->after : 0);
    }
}

void session::release_held() {
    auto& held = outbound_->held;
    while (!held.empty() && held.front().after <= disk_.committed()) {
        if (auto* slot = outbound_->window.find(held.front().id); slot != nullptr && slot->held) {
            slot->held = false;
            if (link_ != nullptr) send_in_flight(*slot);
        }
        held.pop_front();
    }
    if (!held.empty()) disk_.wait_for_commit(*this);
}

void session::send_in_flight(inflight_window::slot& s) {
    if (s.state == inflight_window::state::awaiting_pubcomp) return send_answer({codec::packet_type::pubrel, s.id});
    const auto qos =
        s.state == inflight_window::state::awaiting_puback ? codec::qos::at_least_once : codec::qos::exactly_once;
    const bool dup = std::exchange(s.sent, true); // [MQTT-3.3.1-1]
    const auto& m = *s.message;
    send_publish({m.topic(), m.payload(), qos, retain_of(s.retain, m), dup, s.id}, s.message);
}

void session::send_publish(codec::publish packet, const topics::message_ptr& m) {
    if (mount_) packet.topic = mount_->seen(packet.topic);
    if (packet.payload.size() > 4096) {
        const auto size = codec::publish_header_size(packet, version_);
        codec::write_publish_header(link_->reserve(size), packet, version_);
        link_->commit(size);
        link_->append_payload(m);
    } else {
        const auto size = codec::publish_size(packet, version_);
        codec::write_publish(link_->reserve(size), packet, version_);
        link_->commit(size);
    }
    auto& count = broker_.count();
    ++messages_sent_;
    count.publish_sent.add();
    count.publish_bytes_sent.add(packet.payload.size());
    if (watched()) note_sent(packet);
}

std::optional<drop_reason> session::queue_refusal(const topics::message& m) const {
    if (broker_.memory_full()) return drop_reason::memory_full;
    if (!outbound_) return {};
    const auto live = outbound_->queue.size() - outbound_->retained_waiting;
    if (limits_.max_queued_messages != 0 && live >= limits_.max_queued_messages) return drop_reason::queue_full;
    const bool fits =
        limits_.max_queued_bytes == 0 || outbound_->queued_bytes + m.footprint() <= limits_.max_queued_bytes;
    return fits ? std::nullopt : std::optional(drop_reason::queue_bytes);
}

// What still waits when the session ends. A retained message is not lost: its topic has it.
void session::count_undelivered() {
    if (!outbound_) return;
    std::uint64_t lost = outbound_->queue.size() - outbound_->retained_waiting;
    for (const auto* slot : outbound_->window.in_order())
        if (slot->state != inflight_window::state::awaiting_pubcomp && !slot->retain) ++lost;
    if (lost != 0) count_drop(drop_reason::session_ended, lost);
}

void session::enqueue(topics::message_ptr m, codec::qos qos, bool retained) {
    auto& out = outbound();
    if (!out.searches.empty() && !retained && m->retain()) out.coming_live.insert(m);
    out.queue.push_back({std::move(m), qos, retained});
    out.note_queued(out.queue.back());
}

void session::outbound_state::note_queued(const queued& q) {
    queued_bytes += q.message->footprint();
    if (q.retained) ++retained_waiting;
    count.waiting.add();
    count.waiting_bytes.add(q.message->payload().size());
}

void session::outbound_state::note_unqueued(const queued& q) {
    queued_bytes -= q.message->footprint();
    if (q.retained) --retained_waiting;
    count.waiting.subtract();
    count.waiting_bytes.subtract(q.message->payload().size());
}

session::outbound_state::~outbound_state() {
    for (const auto& q : queue) note_unqueued(q);
}

// Piece by piece, whatever there is: nobody else waits long.
void session::pump() {
    if (!outbound_ || link_ == nullptr) return;
    if (inbound_ && inbound_->subacks > 0) return; // SUBACK first
    if (!send_queued() || outbound_->searches.empty()) return;
    search_on();
    if (send_queued() && !outbound_->searches.empty()) link_->call_again();
}

bool session::send_queued() {
    constexpr std::size_t piece = 256; // messages, some 25 us
    auto& out = *outbound_;
    for (std::size_t n = 0; !out.queue.empty(); ++n) {
        auto& next = out.queue.front();
        if (!next.retained && !out.searches.empty()) return true;
        if (n == piece) {
            link_->call_again();
            return false;
        }
        if (!link_->roomy()) return false;
        if (next.qos != codec::qos::at_most_once && out.window.size() >= limits_.max_inflight_messages) return false;
        out.note_unqueued(next);
        if (next.qos == codec::qos::at_most_once) {
            const auto& m = *next.message;
            send_publish({m.topic(), m.payload(), next.qos, retain_of(next.retained, m), false, 0}, next.message);
        } else {
            start(out.window.add(std::move(next.message), next.qos, next.retained), next.qos);
        }
        out.queue.pop_front();
    }
    return true;
}

void session::on_drained() { pump(); }

} // namespace nightjar::session
