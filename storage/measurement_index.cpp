#include "storage/measurement_index.hpp"

#include <algorithm>
#include <mutex>

namespace nightjar::storage {

std::optional<sensor_state> measurement_index::find(sensor_id sensor) const {
    const std::shared_lock lock(mutex_);
    const auto found = sensors_.find(sensor);
    if (found == sensors_.end()) return std::nullopt;
    return found->second;
}

std::uint64_t measurement_index::total() const {
    const std::shared_lock lock(mutex_);
    return total_;
}

std::vector<sensor_id> measurement_index::sensors() const {
    std::vector<sensor_id> all;
    {
        const std::shared_lock lock(mutex_);
        all.reserve(sensors_.size());
        for (const auto& [sensor, state] : sensors_) all.push_back(sensor);
    }
    std::sort(all.begin(), all.end());
    return all;
}

const sensor_state* measurement_index::peek(sensor_id sensor) const {
    const auto found = sensors_.find(sensor);
    return found == sensors_.end() ? nullptr : &found->second;
}

void measurement_index::apply(std::vector<change>& changes) {
    const std::unique_lock lock(mutex_);
    for (auto& c : changes) apply_one(c);
}

void measurement_index::apply_one(change& c) {
    auto& state = sensors_[c.sensor];
    const auto began = state.tail.empty() ? measurement_id{0} : state.tail.front().id;
    if (!c.rows.empty()) {
        state.last = c.rows.back();
        total_ += c.rows.size();
        state.tail.insert(state.tail.end(), c.rows.begin(), c.rows.end());
    }
    state.tail.erase(state.tail.begin(), state.tail.begin() + static_cast<std::ptrdiff_t>(c.folded));
    state.folded += c.folded;
    const auto begins = state.tail.empty() ? measurement_id{0} : state.tail.front().id;
    if (begins == began) return;
    if (began != 0) tails_.erase({began, c.sensor});
    if (begins == 0) return;
    state.tail_row = c.first_row;
    tails_.insert({begins, c.sensor});
}

void measurement_index::restore(sensor_id sensor, std::uint64_t folded, std::uint64_t expired,
                                const std::optional<stored_measurement>& last) {
    const std::unique_lock lock(mutex_);
    sensors_[sensor] = {{}, last, folded, expired, 0};
    total_ += folded - expired;
}

void measurement_index::expire(sensor_id sensor, std::uint64_t expired) {
    const std::unique_lock lock(mutex_);
    auto& state = sensors_.at(sensor);
    total_ -= expired - state.expired;
    state.expired = expired;
    if (state.count() == 0) state.last.reset();
}

measurement_index::removals measurement_index::removed() const {
    const std::shared_lock lock(mutex_);
    return removed_;
}

measurement_id measurement_index::removed_up_to(sensor_id sensor) const {
    const std::shared_lock lock(mutex_);
    const auto found = removed_.find(sensor);
    return found == removed_.end() ? 0 : found->second;
}

void measurement_index::remove(sensor_id sensor, measurement_id up_to) {
    const std::unique_lock lock(mutex_);
    if (up_to != 0) removed_[sensor] = up_to;
    const auto found = sensors_.find(sensor);
    if (found == sensors_.end()) return;
    const auto& state = found->second;
    total_ -= state.count();
    if (!state.tail.empty()) tails_.erase({state.tail.front().id, sensor});
    sensors_.erase(found);
}

void measurement_index::removal_done(sensor_id sensor) {
    const std::unique_lock lock(mutex_);
    removed_.erase(sensor);
}

std::vector<measurement_index::open_tail> measurement_index::oldest_tails(std::size_t most) const {
    std::vector<open_tail> oldest;
    for (auto at = tails_.begin(); at != tails_.end() && oldest.size() < most; ++at)
        oldest.push_back({peek(at->second)->tail_row, at->first, at->second});
    return oldest;
}

} // namespace nightjar::storage
