#include "storage/measurement_table.hpp"

#include "storage/record_bytes.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace nightjar::storage {

namespace {

constexpr std::uint8_t row_format = 2;
constexpr std::size_t block_rows = 256;        // if they fit
constexpr std::size_t small_block = 328;       // bytes: half of what a block may have
constexpr std::uint64_t longest_lag = 500'000; // rows
constexpr std::size_t stragglers_at_once = 64;
constexpr std::string_view unfolded_key = "unfolded_from", offset_key = "largest_offset";

// Sensors that report in step would all fill their blocks in the same commit; the first block of each has its own size.
std::size_t rows_until_full(sensor_id sensor, bool first_block) {
    return first_block ? block_rows / 2 + (sensor * 2'654'435'761U >> 16) % (block_rows / 2) : block_rows;
}

// The row's time, seen from its id. While the clock is behind the ids, that makes up for it.
std::int64_t offset_from(measurement_id id, const measurement& m, measurement_table::arrival how) {
    const auto ahead_ms = static_cast<std::int64_t>(id / 1000) - m.arrival_us / 1000;
    const bool clock_is_behind = ahead_ms >= 1000; // not just many rows at once
    return how == measurement_table::arrival::told || clock_is_behind ? m.event_offset_ms - ahead_ms
                                                                      : m.event_offset_ms;
}

// As an older program has written it, too.
std::int64_t read_offset(std::string_view kept) {
    if (kept.size() == sizeof(std::int32_t)) return read_big_endian<std::int32_t>(kept);
    return read_big_endian<std::int64_t>(kept);
}

} // namespace

stored_measurement read_row(std::string_view key, std::string_view value) {
    record_reader in("measurements", row_format, key, value);
    stored_measurement row;
    row.id = read_big_endian<measurement_id>(key);
    row.sensor = in.number<sensor_id>();
    row.event_offset_ms = in.format() == 1 ? in.number<std::int32_t>() : in.number<std::int64_t>();
    row.value = in.real();
    return row;
}

measurement_table::measurement_table(const lmdb::environment& env, lmdb::transaction& opening, lmdb::table meta)
    : env_(env), raw_(opening.open("measurements")), blocks_(opening.open("blocks")), meta_(meta),
      removals_(opening.open("removals")), hours_(opening) {}

// --- start

void measurement_table::upgrade(lmdb::transaction& txn) {
    std::vector<stored_measurement> rows;
    const auto add = [&] {
        if (!rows.empty()) hours_.add(txn, rows);
        rows.clear();
    };
    lmdb::cursor at(txn, blocks_);
    for (bool more = at.first(); more; more = at.next()) {
        const auto block = read_block(at.key(), at.value());
        constexpr std::size_t many = 100'000;
        if (!rows.empty() && (rows.front().sensor != block.rows.front().sensor || rows.size() > many)) add();
        rows.insert(rows.end(), block.rows.begin(), block.rows.end());
    }
    add();
}

void measurement_table::load() {
    const lmdb::transaction txn(env_, lmdb::transaction::kind::read);
    if (const auto kept = txn.get(meta_, offset_key)) largest_offset_ = read_offset(*kept);
    staged_offset_ = largest_offset_;
    load_removals(txn);
    load_hours(txn);
    load_blocks(txn);
    load_tails(txn);
}

void measurement_table::load_removals(const lmdb::transaction& txn) {
    lmdb::cursor at(txn, removals_);
    for (bool more = at.first(); more; more = at.next()) {
        record_reader in("removals", 1, at.key(), at.value());
        const auto up_to = in.number<measurement_id>();
        index_.remove(read_big_endian<sensor_id>(at.key()), up_to);
        last_id_ = std::max(last_id_, up_to);
    }
}

// Of a sensor that was merged they may be all that is left.
void measurement_table::load_hours(const lmdb::transaction& txn) {
    for (const auto sensor : hours_.sensors(txn)) index_.restore(sensor, 0, 0, std::nullopt);
}

// The last block of each sensor tells how many rows were before it, the first one how many of them are gone.
void measurement_table::load_blocks(const lmdb::transaction& txn) {
    lmdb::cursor at(txn, blocks_);
    for (bool more = at.last(); more;) {
        const auto sensor = read_big_endian<sensor_id>(at.key());
        const auto newest = read_block(at.key(), at.value());
        const auto removed = index_.removed_up_to(sensor);
        last_id_ = std::max(last_id_, newest.head.last);
        if (newest.head.last > removed) {
            at.at_or_after(block_key(sensor, removed + 1));
            const auto oldest = read_block_head(at.key(), at.value());
            index_.restore(sensor, newest.head.rows_before + newest.rows.size(), oldest.rows_before,
                           newest.rows.back());
        }
        at.at_or_after(block_key(sensor, 0));
        more = at.previous();
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
        last_id_ = std::max(last_id_, row.id);
        if (row.id <= index_.removed_up_to(row.sensor)) continue;
        const auto* known = index_.peek(row.sensor);
        if (known != nullptr && known->last && known->last->id >= row.id) continue; // in a block
        one[0] = {row.sensor, {row}, 0, next_row_++};
        index_.apply(one);
    }
    staged_id_ = last_id_;
    staged_row_ = next_row_;
}

// --- commit thread

void measurement_table::stage(lmdb::transaction& txn, std::span<const measurement> rows, arrival how) {
    for (const auto& m : rows) {
        // Also right when the clock has gone back: ids only grow, and the row stays where it arrived.
        staged_id_ = std::max(static_cast<measurement_id>(std::max<std::int64_t>(m.arrival_us, 0)), staged_id_ + 1);
        const auto offset = offset_from(staged_id_, m, how);
        const auto key = big_endian(staged_id_);
        record_writer out(row_format, memory_);
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

// Summaries of hours go at once, so that those of values to come are not mixed with them, and so do the rows that are
// in no block yet. The rest, which may be much, goes later: see remove_more().
void measurement_table::remove(lmdb::transaction& txn, sensor_id sensor) {
    const auto take_away = [&](const std::vector<stored_measurement>& rows) {
        for (const auto& row : rows) {
            const auto key = big_endian(row.id);
            txn.remove(raw_, view<measurement_id>(key));
        }
    };
    const auto* state = known(sensor);
    const bool more = state != nullptr && state->folded > 0;
    if (state != nullptr) take_away(state->tail);
    if (const auto staged = staged_.find(sensor); staged != staged_.end()) {
        take_away(staged->second.rows);
        staged_.erase(staged);
    }
    hours_.expire(txn, sensor, std::numeric_limits<std::uint32_t>::max(), SIZE_MAX);
    auto& up_to = removed_[sensor];
    if (!more) return;
    up_to = staged_id_;
    const auto key = big_endian(sensor);
    record_writer out(1, memory_);
    out.number(up_to);
    txn.put(removals_, view<sensor_id>(key), out.finish(view<sensor_id>(key)));
}

const sensor_state* measurement_table::known(sensor_id sensor) const {
    return removed_.contains(sensor) ? nullptr : index_.peek(sensor);
}

void measurement_table::finish(lmdb::transaction& txn) {
    if (staged_.empty()) return;
    const auto rows = staged_row_ - next_row_;
    for (auto& [sensor, staged] : staged_) fold_full(txn, sensor, staged);
    fold_stragglers(txn, 0);
    remember_unfolded(txn);
    trim(txn, 2 * rows); // faster than they come
    if (staged_offset_ != largest_offset_) {
        const auto value = big_endian(staged_offset_);
        txn.put(meta_, offset_key, view<std::int64_t>(value));
    }
}

std::vector<stored_measurement> measurement_table::open_rows(sensor_id sensor, const staged_sensor& staged) const {
    std::vector<stored_measurement> rows;
    if (const auto* state = known(sensor)) rows = state->tail;
    rows.insert(rows.end(), staged.rows.begin(), staged.rows.end());
    return rows;
}

// Writes blocks while there are rows for a full one.
void measurement_table::fold_full(lmdb::transaction& txn, sensor_id sensor, staged_sensor& staged) {
    const auto* state = known(sensor);
    const auto before = state != nullptr ? state->folded : 0;
    auto least = rows_until_full(sensor, before == 0);
    if ((state != nullptr ? state->tail.size() : 0) + staged.rows.size() < least) return;
    const auto open = open_rows(sensor, staged);
    const auto rows = std::span(open);
    while (rows.size() - staged.folded >= least) {
        staged.folded += write_block(txn, rows.subspan(staged.folded, least), before + staged.folded);
        least = block_rows;
    }
    hours_.add(txn, rows.first(staged.folded));
}

void measurement_table::fold_all(lmdb::transaction& txn, sensor_id sensor, staged_sensor& staged) {
    const auto open = open_rows(sensor, staged);
    const auto rows = std::span(open);
    const auto before = index_.peek(sensor)->folded;
    if (before > 0) staged.folded = join_last_block(txn, rows);
    while (staged.folded < rows.size()) {
        const auto rest = rows.subspan(staged.folded);
        staged.folded += write_block(txn, rest.first(std::min(rest.size(), block_rows)), before + staged.folded);
    }
    hours_.add(txn, rows);
}

// Returns how many rows are in it.
std::size_t measurement_table::write_block(lmdb::transaction& txn, std::span<const stored_measurement> rows,
                                           std::uint64_t before) {
    const auto packed = pack_block(rows, before, memory_);
    txn.put(blocks_, block_key(rows.front().sensor, rows[packed.rows - 1].id), packed.value);
    return packed.rows;
}

// A slow sensor's blocks grow until they are worth their page. Returns how many of the rows went in.
std::size_t measurement_table::join_last_block(lmdb::transaction& txn, std::span<const stored_measurement> rows) {
    const auto sensor = rows.front().sensor;
    lmdb::cursor at(txn, blocks_);
    if (!at.at_or_before(block_key(sensor, rows.front().id)) || read_big_endian<sensor_id>(at.key()) != sensor ||
        at.value().size() > small_block)
        return 0;
    auto last = read_block(at.key(), at.value());
    const auto there = last.rows.size();
    if (there >= block_rows) return 0;
    const auto more = rows.first(std::min(rows.size(), block_rows - there));
    last.rows.insert(last.rows.end(), more.begin(), more.end());
    const auto packed = pack_block(last.rows, last.head.rows_before, memory_);
    if (packed.rows <= there) return 0;
    const auto key = block_key(sensor, last.rows[packed.rows - 1].id);
    at.remove();
    txn.put(blocks_, key, packed.value);
    return packed.rows - there;
}

// Tails that begin too far behind, or before this time. False: there is none.
bool measurement_table::fold_stragglers(lmdb::transaction& txn, std::int64_t before_ms) {
    bool found = false;
    for (const auto& tail : index_.oldest_tails(stragglers_at_once)) {
        const bool early = static_cast<std::int64_t>(tail.from / 1000) < before_ms;
        if (!early && tail.row + longest_lag > staged_row_) break;
        if (removed_.contains(tail.sensor)) continue;
        auto& staged = staged_[tail.sensor];
        if (staged.folded > 0) continue; // it was full
        fold_all(txn, tail.sensor, staged);
        found = true;
    }
    return found;
}

// No row before it is in an open tail, before or after this commit.
measurement_id measurement_table::unfolded_from() const {
    const auto oldest = index_.oldest_tails(1);
    return oldest.empty() ? last_id_ + 1 : oldest.front().from;
}

// A start reads rows from here on.
void measurement_table::remember_unfolded(lmdb::transaction& txn) {
    const auto value = big_endian(unfolded_from());
    txn.put(meta_, unfolded_key, view<measurement_id>(value));
}

// Rows that are in blocks leave the log. True: there are more.
bool measurement_table::trim(lmdb::transaction& txn, std::size_t most) {
    const auto end = unfolded_from();
    lmdb::cursor at(txn, raw_);
    for (bool more = at.first(); more && read_big_endian<measurement_id>(at.key()) < end; more = at.next()) {
        if (most-- == 0) return true;
        at.remove();
    }
    return false;
}

void measurement_table::committed() {
    for (const auto& [sensor, up_to] : removed_) index_.remove(sensor, up_to);
    removed_.clear();
    if (const auto sensor = std::exchange(removal_done_, 0); sensor != 0) index_.removal_done(sensor);
    std::vector<measurement_index::change> changes;
    changes.reserve(staged_.size());
    for (auto& [sensor, staged] : staged_)
        changes.push_back({sensor, std::move(staged.rows), staged.folded, staged.first_row});
    index_.apply(changes);
    staged_.clear();
    for (const auto& [sensor, expired] : expired_) index_.expire(sensor, expired);
    expired_.clear();
    last_id_ = staged_id_;
    next_row_ = staged_row_;
    largest_offset_ = staged_offset_;
}

void measurement_table::dropped() {
    removed_.clear();
    removal_done_ = 0;
    searched_for_ = 0;
    staged_.clear();
    expired_.clear();
    to_expire_.clear();
    staged_id_ = last_id_;
    staged_row_ = next_row_;
    staged_offset_ = largest_offset_;
}

std::optional<stored_measurement> measurement_table::last(sensor_id sensor) const {
    const auto state = index_.find(sensor);
    return state ? state->last : std::nullopt;
}

} // namespace nightjar::storage
