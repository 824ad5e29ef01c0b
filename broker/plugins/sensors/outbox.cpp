#include "broker/plugins/sensors/outbox.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace nightjar::plugins::sensors {

using storage::notification_record;
using storage::notification_state;

namespace {

constexpr std::int64_t hour_ms = 3'600'000;
constexpr std::size_t largest_digest = 500;

// What is given up first when there is no room.
int worth(const notification_record& r) {
    if (r.alert_type == "reminder") return 0;
    return r.alert_type == "created" || r.alert_type == "closed" || r.alert_type == "offline" ? 2 : 1;
}

} // namespace

void outbox::change(notification_record& record, notification_state to) {
    record.state = to;
    ++record.revision;
    if (to != notification_state::pending) {
        record.subject.clear();
        record.body.clear();
    }
    changes_.push_back(record);
}

void outbox::add(notification_record what, std::int64_t now_ms, std::int64_t age_ms) {
    if (size_ >= limits_.most) make_room();
    auto& to = lanes_[what.destination].entries;
    to.push_back({std::move(what), now_ms - age_ms});
    ++size_;
}

void outbox::make_room() {
    lane* where = nullptr;
    std::deque<entry>::iterator victim;
    for (auto& [destination, l] : lanes_) {
        if (l.busy) continue; // it may be on its way
        const auto least = std::min_element(l.entries.begin(), l.entries.end(), [](const entry& a, const entry& b) {
            return worth(a.record) < worth(b.record);
        });
        if (least == l.entries.end()) continue;
        if (where != nullptr &&
            std::pair(worth(least->record), least->record.id) >= std::pair(worth(victim->record), victim->record.id))
            continue;
        where = &l;
        victim = least;
    }
    if (where == nullptr) return;
    victim->record.error = "the outbox is full";
    change(victim->record, notification_state::dropped);
    where->entries.erase(victim);
    --size_;
}

void outbox::expire(lane& l, std::int64_t now_ms) {
    while (!l.entries.empty() && now_ms - l.entries.front().born_ms >= limits_.give_up_ms) {
        auto& record = l.entries.front().record;
        record.error = fmt::format("given up after {} hours{}{}", limits_.give_up_ms / hour_ms,
                                   record.error.empty() ? "" : ": ", record.error);
        change(record, notification_state::failed);
        l.entries.pop_front();
        --size_;
    }
}

bool outbox::over_rate(lane& l, std::int64_t now_ms) const {
    while (!l.sent.empty() && now_ms - l.sent.front() >= hour_ms) l.sent.pop_front();
    return limits_.per_hour != 0 && l.sent.size() >= limits_.per_hour;
}

std::optional<outbox::job> outbox::next(std::int64_t now_ms) {
    for (auto at = lanes_.begin(); at != lanes_.end();) {
        auto& [destination, l] = *at;
        if (!l.busy) expire(l, now_ms);
        if (!l.busy && l.entries.empty() && !over_rate(l, now_ms) && l.sent.empty()) {
            at = lanes_.erase(at);
            continue;
        }
        ++at;
        if (l.busy || l.entries.empty() || now_ms < l.next_try_ms) continue;
        if (over_rate(l, now_ms)) {
            l.gathers = true;
            continue;
        }
        job result{destination, {}};
        const auto count = l.gathers ? std::min(l.entries.size(), largest_digest) : 1;
        for (std::size_t i = 0; i < count; ++i) result.what.push_back(l.entries[i].record);
        l.busy = true;
        return result;
    }
    return std::nullopt;
}

std::optional<std::int64_t> outbox::wake_at() const {
    std::optional<std::int64_t> soonest;
    for (const auto& [destination, l] : lanes_) {
        if (l.entries.empty() || l.busy) continue;
        auto when = l.next_try_ms;
        if (limits_.per_hour != 0 && l.sent.size() >= limits_.per_hour)
            when = std::max(when, l.sent[l.sent.size() - limits_.per_hour] + hour_ms);
        when = std::min(when, l.entries.front().born_ms + limits_.give_up_ms);
        soonest = soonest ? std::min(*soonest, when) : when;
    }
    return soonest;
}

// Those of a busy lane are the first, in their order.
void outbox::remove(lane& l, const job& what) {
    l.entries.erase(l.entries.begin(), l.entries.begin() + static_cast<std::ptrdiff_t>(what.what.size()));
}

void outbox::finished(const job& done, std::int64_t now_ms) {
    auto& l = lanes_.at(done.destination);
    for (std::size_t i = 0; i < done.what.size(); ++i) {
        auto& record = l.entries[i].record;
        ++record.attempts;
        record.error.clear();
        change(record, notification_state::sent);
    }
    remove(l, done);
    size_ -= done.what.size();
    l.sent.push_back(now_ms);
    l.busy = l.gathers = false;
    l.next_try_ms = l.pause_ms = 0;
}

void outbox::failed(const job& tried, std::int64_t now_ms, const std::string& error, bool final) {
    auto& l = lanes_.at(tried.destination);
    for (std::size_t i = 0; i < tried.what.size(); ++i) {
        auto& record = l.entries[i].record;
        ++record.attempts;
        record.error = error;
        change(record, final ? notification_state::failed : notification_state::pending);
    }
    l.busy = false;
    if (final) {
        remove(l, tried);
        size_ -= tried.what.size();
        return;
    }
    l.pause_ms = std::clamp(l.pause_ms * 2, limits_.first_retry_ms, limits_.last_retry_ms);
    l.next_try_ms = now_ms + l.pause_ms;
}

std::vector<notification_record> outbox::take_changes() { return std::exchange(changes_, {}); }

std::vector<notification_record> outbox::waiting() const {
    std::vector<notification_record> result;
    for (const auto& [destination, l] : lanes_)
        for (const auto& e : l.entries) result.push_back(e.record);
    return result;
}

} // namespace nightjar::plugins::sensors
