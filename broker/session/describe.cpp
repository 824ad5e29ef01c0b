// What a session tells of itself to whoever administrates the broker.
#include "broker/session/session.hpp"

#include <algorithm>

namespace nightjar::session {

void session::describe(plugin::client_record& into, moment now) const {
    into.client_id = client_id_;
    into.user_name = user_name_;
    into.session = id_.value;
    into.connected = connected();
    into.clean_start = clean_;
    into.version = version_;
    into.subscriptions = filters_.size();
    if (outbound_) {
        into.inflight_out = outbound_->window.size();
        into.queued = outbound_->queue.size();
        into.queued_bytes = outbound_->queued_bytes;
    }
    if (inbound_) {
        const auto& answers = inbound_->answers; // that wait for the disk
        const auto is_puback = [](const auto& a) { return a.what.type == codec::packet_type::puback; };
        into.inflight_in = inbound_->unreleased.size() +
                           static_cast<std::size_t>(std::count_if(answers.begin(), answers.end(), is_puback));
    }
    if (dropped_) into.dropped = *dropped_;
    if (connected()) {
        if (!into.connection) into.connection.emplace();
        into.connection->traffic.messages_sent = messages_sent_;
        into.connection->traffic.messages_received = messages_received_;
        return;
    }
    into.disconnected_ms = now.wall_ms - (now.seconds - offline_since_) * 1000;
    if (!past_) return;
    into.connection = past_->connection;
    into.disconnected_ms = past_->ended_ms;
    into.disconnect_reason = past_->reason;
}

std::vector<std::string> session::filters_after(std::string_view after, std::size_t limit) const {
    const auto first = after.empty() ? filters_.begin() : std::upper_bound(filters_.begin(), filters_.end(), after);
    const auto count = std::min(limit, static_cast<std::size_t>(filters_.end() - first));
    return {first, first + static_cast<std::ptrdiff_t>(count)};
}

} // namespace nightjar::session
