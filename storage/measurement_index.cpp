#include "storage/measurement_index.hpp"

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
    const bool had_tail = !state.tail.empty();
    if (!c.rows.empty()) {
        if (state.count == 0) state.first = c.rows.front().id;
        state.last = c.rows.back();
        state.count += c.rows.size();
        total_ += c.rows.size();
        state.tail.insert(state.tail.end(), c.rows.begin(), c.rows.end());
    }
    // What is folded reaches past the old tail: a tail that can be folded is folded whole.
    state.tail.erase(state.tail.begin(), state.tail.begin() + static_cast<std::ptrdiff_t>(c.folded));
    if (state.tail.empty() || (had_tail && c.folded == 0)) return;
    state.tail_row = c.first_row;
    tails_.push_back({c.first_row, c.rows.front().id, c.sensor});
}

void measurement_index::restore(sensor_id sensor, std::uint64_t count, measurement_id first,
                                const stored_measurement& last) {
    const std::unique_lock lock(mutex_);
    sensors_[sensor] = {{}, last, count, 0, first};
    total_ += count;
}

std::optional<measurement_index::open_tail> measurement_index::oldest_tail() {
    while (!tails_.empty()) {
        const auto* state = peek(tails_.front().sensor);
        if (state != nullptr && !state->tail.empty() && state->tail_row == tails_.front().row) return tails_.front();
        tails_.pop_front();
    }
    return std::nullopt;
}

} // namespace nightjar::storage
