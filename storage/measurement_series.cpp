// Charts: values from step to step, from the summaries of hours where the steps allow it, from blocks where not.
#include "storage/measurement_table.hpp"
#include "storage/record_bytes.hpp"

namespace nightjar::storage {

namespace {

// Null: outside.
aggregate* step_of(series& what, std::int64_t time_ms) {
    if (time_ms < what.from_ms || time_ms >= what.to_ms()) return nullptr;
    return &what.steps[static_cast<std::size_t>((time_ms - what.from_ms) / what.step_ms)];
}

void add(series& what, const stored_measurement& row) {
    if (auto* step = step_of(what, row.time_ms())) step->add(row.value);
}

bool whole_hours(const series& what) {
    return what.step_ms % hour_table::hour_ms == 0 && what.from_ms % hour_table::hour_ms == 0;
}

} // namespace

void measurement_table::read(series& what, std::chrono::milliseconds budget) const {
    if (whole_hours(what)) return read_hours_into(what);
    read_blocks_into(what, budget);
}

std::uint64_t measurement_table::folded_on_disk(const lmdb::transaction& txn, sensor_id sensor) const {
    lmdb::cursor at(txn, blocks_);
    if (!at.at_or_before(block_key(sensor, largest_id)) || read_big_endian<sensor_id>(at.key()) != sensor ||
        at.key() <= block_key(sensor, index_.removed_up_to(sensor)))
        return 0;
    const auto newest = read_block_head(at.key(), at.value());
    return newest.rows_before + newest.count;
}

// A summary does not tell which rows are in it. So the tail must be of the moment that the transaction sees: the disk
// may be ahead of the index, then as many of the tail's rows are in the summary; or behind it, then it is looked at
// again.
void measurement_table::read_hours_into(series& what) const {
    what.complete = true;
    for (;;) {
        const lmdb::transaction txn(env_, lmdb::transaction::kind::read);
        const auto state = index_.find(what.sensor);
        if (!state) return;
        const auto on_disk = std::max(folded_on_disk(txn, what.sensor), state->expired); // or all is gone
        if (on_disk < state->folded) continue;
        for (std::size_t i = on_disk - state->folded; i < state->tail.size(); ++i) add(what, state->tail[i]);
        hours_.each(txn, what.sensor, what.from_ms, what.to_ms(), [&](std::int64_t begin, const aggregate& hour) {
            if (auto* step = step_of(what, begin)) step->merge(hour);
        });
        return;
    }
}

// A block within one step need not be unpacked.
void measurement_table::read_blocks_into(series& what, std::chrono::milliseconds budget) const {
    const auto until = std::chrono::steady_clock::now() + budget;
    const auto slack = largest_offset_.load();
    const auto high = id_at(what.to_ms() + slack);
    if (!what.next) {
        const auto state = index_.find(what.sensor);
        what.complete = !state;
        if (!state) return;
        what.end = state->tail.empty() ? largest_id : state->tail.front().id;
        for (const auto& row : state->tail) add(what, row);
        what.next = std::max(id_at(what.from_ms - slack), index_.removed_up_to(what.sensor) + 1);
    }
    const lmdb::transaction txn(env_, lmdb::transaction::kind::read);
    lmdb::cursor at(txn, blocks_);
    const auto begin = block_key(what.sensor, *what.next);
    for (bool more = at.at_or_after(begin); more && read_big_endian<sensor_id>(at.key()) == what.sensor;
         more = at.next()) {
        const auto head = read_block_head(at.key(), at.value());
        if (head.first > high || head.first >= what.end) break;
        auto* step = step_of(what, head.earliest_ms);
        if (step != nullptr && head.earliest_ms <= head.latest_ms && step == step_of(what, head.latest_ms) &&
            head.first >= *what.next && head.last < what.end) {
            step->merge(head.values);
        } else {
            for (const auto& row : read_block(at.key(), at.value()).rows)
                if (row.id >= *what.next && row.id < what.end) add(what, row);
        }
        what.next = head.last + 1;
        if (std::chrono::steady_clock::now() >= until) return;
    }
    what.complete = true;
}

} // namespace nightjar::storage
