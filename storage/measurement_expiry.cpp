// What can wait: tails of slow sensors, rows that are in two places, values and hours that were kept long enough. In
// pieces that a commit beside them hardly notices.
#include "storage/measurement_table.hpp"
#include "storage/record_bytes.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace nightjar::storage {

namespace {

constexpr std::size_t searched_at_once = 16'384; // rows
constexpr std::size_t rows_at_once = 4096;
constexpr std::int64_t longest_tail_ms = hour_table::day_ms;

} // namespace

// Blocks are old and lie apart: each may have to come from a disk that takes its time, while commits wait.
class measurement_table::piece {
  public:
    bool is_over() const { return left_ == 0 || std::chrono::steady_clock::now() >= end_; }
    std::size_t left() const { return left_; }
    void did(std::size_t steps) { left_ -= std::min(steps, left_); }

  private:
    static constexpr std::size_t steps_at_once = 256; // blocks, days of hours, sensors
    static constexpr std::chrono::milliseconds longest{2};

    std::size_t left_ = steps_at_once;
    const std::chrono::steady_clock::time_point end_ = std::chrono::steady_clock::now() + longest;
};

bool measurement_table::tidy(lmdb::transaction& txn, const keeping& how) {
    if (fold_stragglers(txn, how.now_ms - longest_tail_ms)) return true;
    if (trim(txn, rows_at_once)) return true;
    if (remove_more(txn)) return true;
    return expire(txn, how);
}

// Of sensors that are gone: first the blocks, then what is in the log besides.
bool measurement_table::remove_more(lmdb::transaction& txn) {
    const auto pending = index_.removed();
    if (pending.empty()) return false;
    const auto [sensor, up_to] = *pending.begin();
    if (std::exchange(searched_for_, sensor) != sensor) searched_to_ = 0;
    lmdb::cursor at(txn, blocks_);
    const auto end = block_key(sensor, up_to);
    bool found = false;
    piece work;
    for (bool more = at.at_or_after(block_key(sensor, 0)); more && at.key() <= end; more = at.next()) {
        at.remove();
        found = true;
        work.did(1);
        if (work.is_over()) break;
    }
    if (found || remove_from_log(txn, sensor, up_to)) return true;
    const auto key = big_endian(sensor);
    txn.remove(removals_, view<sensor_id>(key));
    removal_done_ = sensor;
    searched_for_ = 0;
    return true;
}

// True: there may be more.
bool measurement_table::remove_from_log(lmdb::transaction& txn, sensor_id sensor, measurement_id up_to) {
    lmdb::cursor at(txn, raw_);
    const auto key = big_endian(searched_to_);
    std::size_t left = searched_at_once;
    for (bool more = at.at_or_after(view<measurement_id>(key)); more; more = at.next()) {
        const auto row = read_row(at.key(), at.value());
        if (row.id > up_to) return false;
        if (left-- == 0) return true;
        searched_to_ = row.id + 1;
        if (row.sensor == sensor) at.remove();
    }
    return false;
}

// One sensor after the other, until a piece's work is done.
bool measurement_table::expire(lmdb::transaction& txn, const keeping& how) {
    if (how.days == 0 && how.days_of_hours == 0) return false;
    if (to_expire_.empty()) to_expire_ = index_.sensors();
    const auto today = how.now_ms / hour_table::day_ms;
    const auto first_day = [&](std::uint32_t days) { return std::max<std::int64_t>(today - days, 0); };
    const auto before = static_cast<measurement_id>(first_day(how.days) * hour_table::day_ms) * 1000;
    piece work;
    std::size_t days_gone = 0;
    for (bool complete = true; complete && !to_expire_.empty() && !work.is_over(); work.did(1)) {
        const auto sensor = to_expire_.back();
        if (how.days > 0) complete = expire_blocks(txn, sensor, before, work, how.merged);
        if (complete && how.days_of_hours > 0) {
            const auto most = work.left();
            const auto gone =
                hours_.expire(txn, sensor, static_cast<std::uint32_t>(first_day(how.days_of_hours)), most);
            work.did(gone);
            days_gone += gone;
            complete = gone < most;
        }
        if (complete) to_expire_.pop_back();
    }
    return !expired_.empty() || days_gone > 0 || !to_expire_.empty();
}

// Of a sensor and what was merged into it one has the newest value of all.
bool measurement_table::tells_last(sensor_id sensor, const merges& merged) const {
    const auto newest = [this](sensor_id id) {
        const auto* state = index_.peek(id);
        return state != nullptr && state->last ? state->last->id : measurement_id{0};
    };
    auto together = merged.parts_of(merged.owner_of(sensor));
    together.push_back(merged.owner_of(sensor));
    return std::none_of(together.begin(), together.end(), [&](sensor_id id) { return newest(id) > newest(sensor); });
}

// Blocks all of whose rows came before; but the newest stays where it tells the last value. False: there are more.
bool measurement_table::expire_blocks(lmdb::transaction& txn, sensor_id sensor, measurement_id before, piece& work,
                                      const merges& merged) {
    lmdb::cursor at(txn, blocks_);
    if (!at.at_or_before(block_key(sensor, largest_id)) || read_big_endian<sensor_id>(at.key()) != sensor) return true;
    auto end = block_key(sensor, before);
    if (tells_last(sensor, merged)) end = std::min(end, std::string(at.key()));
    std::uint64_t expired = 0;
    bool complete = true;
    for (bool more = at.at_or_after(block_key(sensor, index_.removed_up_to(sensor) + 1)); more && at.key() < end;
         more = at.next()) {
        if (expired > 0 && work.is_over()) { // one at least, however slow the disk is
            complete = false;
            break;
        }
        const auto head = read_block_head(at.key(), at.value());
        expired = head.rows_before + head.count;
        at.remove();
        work.did(1);
    }
    if (expired > 0) expired_.emplace_back(sensor, expired);
    return complete;
}

} // namespace nightjar::storage
