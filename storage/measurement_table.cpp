#include "storage/measurement_table.hpp"

#include "storage/record_bytes.hpp"

#include <algorithm>
#include <cstdlib>
#include <limits>

namespace nightjar::storage {

namespace {

constexpr std::uint8_t format = 1;
constexpr std::size_t block_rows = 96;         // 23 + 96 * 20 + 4 bytes
constexpr std::uint64_t longest_lag = 500'000; // rows
constexpr int stragglers_per_commit = 64;
constexpr std::string_view unfolded_key = "unfolded_from", offset_key = "largest_offset";

std::string block_key(sensor_id sensor, measurement_id last) {
    const auto s = big_endian(sensor);
    const auto l = big_endian(last);
    return std::string(s.data(), s.size()).append(l.data(), l.size());
}

// Sensors that report in step would all fill their blocks in the same commit; the first block of each has its own size.
std::size_t rows_until_full(sensor_id sensor, bool first_block) {
    return first_block ? block_rows / 2 + (sensor * 2'654'435'761U >> 16) % (block_rows / 2) : block_rows;
}

// The row's time, seen from its id. While the clock is behind the ids, that makes up for it, up to 24 days.
std::int32_t offset_from(measurement_id id, const measurement& m) {
    const auto ahead_ms = static_cast<std::int64_t>(id / 1000) - m.arrival_us / 1000;
    const auto offset = m.event_offset_ms - ahead_ms;
    const bool clock_is_behind = ahead_ms >= 1000; // not just many rows at once
    const bool fits = offset >= -std::numeric_limits<std::int32_t>::max();
    return clock_is_behind && fits ? static_cast<std::int32_t>(offset) : m.event_offset_ms;
}

} // namespace

stored_measurement read_row(std::string_view key, std::string_view value) {
    record_reader in("measurements", format, key, value);
    stored_measurement row;
    row.id = read_big_endian<measurement_id>(key);
    row.sensor = in.number<sensor_id>();
    row.event_offset_ms = in.number<std::int32_t>();
    row.value = in.real();
    return row;
}

block read_block(std::string_view key, std::string_view value) {
    record_reader in("blocks", format, key, value);
    block b;
    b.rows_before = in.number<std::uint64_t>();
    b.first_of_sensor = in.number<measurement_id>();
    const auto sensor = read_big_endian<sensor_id>(key);
    const auto count = in.number<std::uint16_t>();
    b.rows.reserve(count);
    for (std::uint16_t i = 0; i < count; ++i) {
        stored_measurement row;
        row.sensor = sensor;
        row.id = in.number<measurement_id>();
        row.event_offset_ms = in.number<std::int32_t>();
        row.value = in.real();
        b.rows.push_back(row);
    }
    return b;
}

measurement_table::measurement_table(const lmdb::environment& env, lmdb::transaction& opening, lmdb::table meta)
    : env_(env), raw_(opening.open("measurements")), blocks_(opening.open("blocks")), meta_(meta) {}

// --- start

void measurement_table::load() {
    const lmdb::transaction txn(env_, lmdb::transaction::kind::read);
    if (const auto kept = txn.get(meta_, offset_key)) largest_offset_ = read_big_endian<std::int32_t>(*kept);
    staged_offset_ = largest_offset_;
    load_blocks(txn);
    load_tails(txn);
}

// The last block of each sensor tells all about the blocks before it.
void measurement_table::load_blocks(const lmdb::transaction& txn) {
    lmdb::cursor at(txn, blocks_);
    for (bool more = at.last(); more;) {
        const auto sensor = read_big_endian<sensor_id>(at.key());
        const auto last_block = read_block(at.key(), at.value());
        index_.restore(sensor, last_block.rows_before + last_block.rows.size(), last_block.first_of_sensor,
                       last_block.rows.back());
        more = at.before(block_key(sensor, 0));
    }
}

void measurement_table::load_tails(const lmdb::transaction& txn) {
    lmdb::cursor at(txn, raw_);
    next_row_ = index_.total();
    measurement_id from = 0;
    if (const auto kept = txn.get(meta_, unfolded_key)) from = read_big_endian<measurement_id>(*kept);
    std::vector<measurement_index::change> one(1);
    const auto key = big_endian(from);
    for (bool more = at.at_or_after(view<measurement_id>(key)); more; more = at.next()) {
        const auto row = read_row(at.key(), at.value());
        last_id_ = row.id;
        const auto* known = index_.peek(row.sensor);
        if (known != nullptr && known->last && known->last->id >= row.id) continue; // in a block
        one[0] = {row.sensor, {row}, 0, next_row_++};
        index_.apply(one);
    }
    if (last_id_ == 0 && at.last()) last_id_ = read_big_endian<measurement_id>(at.key());
    staged_id_ = last_id_;
    staged_row_ = next_row_;
}

// --- commit thread

void measurement_table::stage(lmdb::transaction& txn, std::span<const measurement> rows) {
    for (const auto& m : rows) {
        // Also right when the clock has gone back: ids only grow, and the row stays where it arrived.
        staged_id_ = std::max(static_cast<measurement_id>(std::max<std::int64_t>(m.arrival_us, 0)), staged_id_ + 1);
        const auto offset = offset_from(staged_id_, m);
        const auto key = big_endian(staged_id_);
        std::string memory;
        record_writer out(format, memory);
        out.number(m.sensor);
        out.number(offset);
        out.real(m.value);
        txn.put(raw_, view<measurement_id>(key), out.finish(view<measurement_id>(key)), MDB_APPEND);
        staged_offset_ = std::max(staged_offset_, std::abs(offset));
        auto& sensor = staged_[m.sensor];
        if (sensor.rows.empty()) sensor.first_row = staged_row_;
        sensor.rows.push_back({staged_id_, m.sensor, offset, m.value});
        ++staged_row_;
    }
}

void measurement_table::finish(lmdb::transaction& txn) {
    if (staged_.empty()) return;
    for (auto& [sensor, staged] : staged_) {
        const auto* state = index_.peek(sensor);
        fold(txn, sensor, staged, rows_until_full(sensor, state == nullptr || state->tail.size() == state->count));
    }
    fold_stragglers(txn);
    remember_unfolded(txn);
    if (staged_offset_ != largest_offset_) {
        const auto value = big_endian(staged_offset_);
        txn.put(meta_, offset_key, view<std::int32_t>(value));
    }
}

// Writes blocks while the sensor's open rows are `least` or more.
void measurement_table::fold(lmdb::transaction& txn, sensor_id sensor, staged_sensor& staged, std::size_t least) {
    static const sensor_state nothing;
    const auto* known = index_.peek(sensor);
    const auto& state = known != nullptr ? *known : nothing;
    if (state.tail.size() + staged.rows.size() < least) return;
    std::vector<stored_measurement> open(state.tail);
    open.insert(open.end(), staged.rows.begin(), staged.rows.end());
    const auto before = state.count - state.tail.size();
    while (open.size() - staged.folded >= least) {
        const auto size = std::min(least, block_rows);
        write_block(txn, sensor, state, std::span(open).subspan(staged.folded, size), before + staged.folded);
        staged.folded += size;
        least = block_rows;
    }
}

void measurement_table::write_block(lmdb::transaction& txn, sensor_id sensor, const sensor_state& state,
                                    std::span<const stored_measurement> rows, std::uint64_t before) {
    std::string memory;
    record_writer out(format, memory);
    out.number(before);
    out.number(state.count > 0 ? state.first : staged_[sensor].rows.front().id);
    out.number(static_cast<std::uint16_t>(rows.size()));
    for (const auto& row : rows) {
        out.number(row.id);
        out.number(row.event_offset_ms);
        out.real(row.value);
    }
    const auto key = block_key(sensor, rows.back().id);
    txn.put(blocks_, key, out.finish(key));
}

void measurement_table::fold_stragglers(lmdb::transaction& txn) {
    for (int i = 0; i < stragglers_per_commit; ++i) {
        const auto oldest = index_.oldest_tail();
        if (!oldest || oldest->row + longest_lag > staged_row_) return;
        auto& staged = staged_[oldest->sensor];
        if (staged.folded > 0) return; // done; the index will know after this commit
        const auto* state = index_.peek(oldest->sensor);
        fold(txn, oldest->sensor, staged, std::min(state->tail.size() + staged.rows.size(), block_rows));
    }
}

// A start reads raw rows from here on: no row before it is in an open tail, before or after this commit.
void measurement_table::remember_unfolded(lmdb::transaction& txn) {
    const auto oldest = index_.oldest_tail();
    const auto value = big_endian(oldest ? oldest->from : last_id_ + 1);
    txn.put(meta_, unfolded_key, view<measurement_id>(value));
}

void measurement_table::committed() {
    std::vector<measurement_index::change> changes;
    changes.reserve(staged_.size());
    for (auto& [sensor, staged] : staged_)
        changes.push_back({sensor, std::move(staged.rows), staged.folded, staged.first_row});
    std::sort(changes.begin(), changes.end(), [](const auto& a, const auto& b) { return a.first_row < b.first_row; });
    index_.apply(changes);
    staged_.clear();
    last_id_ = staged_id_;
    next_row_ = staged_row_;
    largest_offset_ = staged_offset_;
}

void measurement_table::dropped() {
    staged_.clear();
    staged_id_ = last_id_;
    staged_row_ = next_row_;
    staged_offset_ = largest_offset_;
}

std::optional<stored_measurement> measurement_table::last(sensor_id sensor) const {
    const auto state = index_.find(sensor);
    return state ? state->last : std::nullopt;
}

} // namespace nightjar::storage
