#include "broker/worker/batch_queue.hpp"

#include <utility>

namespace nightjar::worker {

namespace {
constexpr auto longest_wait = std::chrono::milliseconds{2}; // with 64 clients busy, the most have answered by then
constexpr auto quiet_time = std::chrono::milliseconds{5};
constexpr std::size_t most_waiting = 64; // batches
} // namespace

void batch_queue::end_turn(clock::time_point now) {
    if (open_.empty()) return;
    auto leaves = now;
    if (open_.soon_done) {
        if (now - last_lively_ < quiet_time) leaves += longest_wait;
        last_lively_ = now;
    }
    const auto messages = open_.messages.size(), progress = open_.progress.size();
    const auto writer = open_.writer;
    closed_.push_back({std::exchange(open_, storage::write_batch(writer)), open_ticket_++, leaves});
    open_.reserve_like(messages, progress);
}

bool batch_queue::all_done(closed_batch& b) {
    const auto& messages = b.batch.messages;
    while (b.done < messages.size() && messages[b.done].message->in_batch().open == 0) ++b.done;
    return b.done == messages.size();
}

std::optional<batch_queue::departure> batch_queue::depart(clock::time_point now, haste how) {
    std::optional<departure> result;
    const bool all = std::exchange(hurry_, false) || how == haste::none;
    while (!closed_.empty()) {
        auto& first = closed_.front();
        if (!all && now < first.leaves && closed_.size() <= most_waiting && !all_done(first)) break;
        if (!result) result.emplace();
        first.batch.drop_done();
        result->up_to = first.number;
        if (!first.batch.empty()) result->batches.emplace_back(first.number, std::move(first.batch));
        closed_.pop_front();
    }
    if (result && !result->batches.empty()) result->batches.back().first = result->up_to;
    return result;
}

} // namespace nightjar::worker
