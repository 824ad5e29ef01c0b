// What a durable session notes on disk, and how it comes back from there.
#include "broker/session/session.hpp"

#include <algorithm>

namespace nightjar::session {

void session::note(storage::step step, topics::message_ptr m, codec::packet_id id) {
    disk_.batch().note({std::move(m), number(), id, step});
}

void session::note_presence(std::int64_t offline_since_ms) {
    note(storage::put_session{{number(), client_id_, user_name_, offline_since_ms, will_}});
}

// When it left, by the wall clock as it is now: that may have been set since.
void session::note_absence(moment now) { note_presence(now.wall_ms - (now.seconds - offline_since_) * 1000); }

// A retained message for a new subscription waits in this session's queue on its own account: the topic's may be
// replaced.
topics::message_ptr session::keep_retained(const topics::message& m, codec::qos qos) {
    auto own = topics::message::make(m.topic(), m.payload(), m.qos(), true);
    disk_.keep(own,
               std::make_shared<const std::vector<storage::recipient>>(
                   1, storage::recipient{id_.value, static_cast<std::uint8_t>(qos), true}),
               false);
    return own;
}

// Nobody waits for its messages any more, once its end is on disk: until then they are written as if it went on.
void session::forget() {
    const auto drop = [this](const topics::message_ptr& m) {
        disk_.batch().progress.push_back({m, number(), 0, storage::step::done});
    };
    if (outbound_) {
        for (const auto* slot : outbound_->window.in_order()) drop(slot->message);
        for (const auto& q : outbound_->queue)
            if (q.qos != codec::qos::at_most_once) drop(q.message);
    }
    note(storage::remove_session{number()});
}

void session::restore(storage::restored_session&& from, moment now) {
    clean_ = false;
    durable_ = true;
    user_name_ = std::move(from.record.user_name);
    const auto away_ms = from.record.offline_since_ms == 0 ? 0 : now.wall_ms - from.record.offline_since_ms;
    offline_since_ = now.seconds - std::max<std::int64_t>(away_ms, 0) / 1000;
    // When it left is not known, or the clock was wrong then: the next start counts on from here.
    if (from.record.offline_since_ms == 0 || away_ms < 0) note_absence(now);
    for (auto& [filter, qos] : from.subscriptions) filters_.push_back(std::move(filter));
    std::sort(filters_.begin(), filters_.end());
    if (!from.inbound.empty()) inbound().unreleased.insert(from.inbound.begin(), from.inbound.end());
    using state = inflight_window::state;
    for (auto& m : from.messages) {
        topics::message_ptr message(static_cast<const topics::message*>(m.message.get()));
        const auto qos = static_cast<codec::qos>(m.qos);
        if (m.step == storage::step::queued) {
            enqueue(std::move(message), qos, m.as_retained);
            continue;
        }
        const auto at = m.step == storage::step::released  ? state::awaiting_pubcomp
                        : qos == codec::qos::at_least_once ? state::awaiting_puback
                                                           : state::awaiting_pubrec;
        outbound().window.restore(std::move(message), m.packet_id, at, m.as_retained).sent = true;
    }
}

} // namespace nightjar::session
