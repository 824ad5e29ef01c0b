// Reading measurements: newest or oldest first, all sensors or one, within bounds of work.
#include "storage/measurement_table.hpp"
#include "storage/record_bytes.hpp"

#include <algorithm>
#include <limits>

namespace nightjar::storage {

namespace {

constexpr measurement_id largest_id = std::numeric_limits<measurement_id>::max();
constexpr int rows_between_looks_at_the_clock = 256;

// Milliseconds to the smallest id of that millisecond.
measurement_id id_at(std::int64_t ms) {
    constexpr auto most = static_cast<std::int64_t>(largest_id / 2'000);
    return static_cast<measurement_id>(std::clamp<std::int64_t>(ms, 0, most)) * 1000;
}

std::string block_key(sensor_id sensor, measurement_id last) {
    const auto s = big_endian(sensor);
    const auto l = big_endian(last);
    return std::string(s.data(), s.size()).append(l.data(), l.size());
}

bool of_sensor(const lmdb::cursor& at, sensor_id sensor) { return read_big_endian<sensor_id>(at.key()) == sensor; }

} // namespace

// Takes rows until the page is full or the time is up.
class measurement_table::page_builder {
  public:
    page_builder(const measurement_query& what, std::chrono::milliseconds budget)
        : what_(what), end_(std::chrono::steady_clock::now() + budget) {}

    // False: enough.
    bool take(const stored_measurement& row) {
        const auto time = row.time_ms();
        const bool wanted = (!what_.from_ms || time >= *what_.from_ms) && (!what_.to_ms || time <= *what_.to_ms);
        if (wanted) page_.rows.push_back(row);
        page_.next = row.id;
        if (page_.rows.size() >= what_.limit) return false;
        if (++looked_ % rows_between_looks_at_the_clock == 0 && std::chrono::steady_clock::now() >= end_) {
            page_.out_of_time = true;
            return false;
        }
        return true;
    }
    void complete() { page_.next.reset(); } // there is no more
    measurement_page result() { return std::move(page_); }

  private:
    const measurement_query& what_;
    std::chrono::steady_clock::time_point end_;
    measurement_page page_;
    int looked_ = 0;
};

// Ids are arrival times; the range asked for is the device's time, which may differ by the largest offset ever stored.
measurement_table::bounds measurement_table::bounds_of(const measurement_query& what) const {
    const std::int64_t slack = largest_offset_;
    constexpr auto far = std::numeric_limits<std::int64_t>::max() / 4;
    bounds ids{0, largest_id};
    if (what.from_ms) ids.low = id_at(std::clamp(*what.from_ms, -far, far) - slack);
    if (what.to_ms) ids.high = id_at(std::clamp(*what.to_ms, -far, far) + slack + 1);
    if (what.before && what.ascending)
        ids.low = std::max(ids.low, *what.before == largest_id ? largest_id : *what.before + 1);
    if (what.before && !what.ascending) ids.high = std::min(ids.high, *what.before == 0 ? 0 : *what.before - 1);
    return ids;
}

measurement_page measurement_table::query(const measurement_query& what, std::chrono::milliseconds budget) const {
    page_builder page(what, budget);
    const auto ids = bounds_of(what);
    if (what.limit == 0 || ids.low > ids.high || (what.before == measurement_id{0} && !what.ascending))
        return page.result();
    if (!what.sensor) {
        if (what.ascending) {
            query_all_oldest(ids, page);
        } else {
            query_all_newest(ids, page);
        }
        return page.result();
    }
    // The tail is copied before the transaction begins: rows that move into a block in between are then seen twice,
    // which the ids tell, instead of not at all.
    const auto state = index_.find(*what.sensor);
    if (!state) return page.result();
    if (what.ascending) {
        query_oldest(*what.sensor, ids, *state, page);
    } else {
        query_newest(*what.sensor, ids, *state, page);
    }
    return page.result();
}

void measurement_table::query_all_newest(const bounds& ids, page_builder& page) const {
    const lmdb::transaction txn(env_, lmdb::transaction::kind::read);
    lmdb::cursor at(txn, raw_);
    const auto key = big_endian(ids.high);
    for (bool more = at.at_or_before(view<measurement_id>(key)); more; more = at.previous()) {
        const auto row = read_row(at.key(), at.value());
        if (row.id < ids.low) break;
        if (!page.take(row)) return;
    }
    page.complete();
}

void measurement_table::query_all_oldest(const bounds& ids, page_builder& page) const {
    const lmdb::transaction txn(env_, lmdb::transaction::kind::read);
    lmdb::cursor at(txn, raw_);
    const auto key = big_endian(ids.low);
    for (bool more = at.at_or_after(view<measurement_id>(key)); more; more = at.next()) {
        const auto row = read_row(at.key(), at.value());
        if (row.id > ids.high) break;
        if (!page.take(row)) return;
    }
    page.complete();
}

void measurement_table::query_newest(sensor_id sensor, const bounds& ids, const sensor_state& state,
                                     page_builder& page) const {
    auto high = ids.high;
    for (auto row = state.tail.rbegin(); row != state.tail.rend(); ++row) {
        if (row->id > high) continue;
        if (row->id < ids.low) return page.complete();
        if (!page.take(*row)) return;
        high = row->id - 1;
    }
    if (!state.tail.empty()) high = std::min(high, state.tail.front().id - 1);
    const lmdb::transaction txn(env_, lmdb::transaction::kind::read);
    lmdb::cursor at(txn, blocks_);
    bool more = at.at_or_after(block_key(sensor, high));
    if (!more) {
        more = at.last();
    } else if (!of_sensor(at, sensor)) {
        more = at.previous();
    }
    for (; more && of_sensor(at, sensor); more = at.previous()) {
        const auto b = read_block(at.key(), at.value());
        for (auto row = b.rows.rbegin(); row != b.rows.rend(); ++row) {
            if (row->id > high) continue;
            if (row->id < ids.low) return page.complete();
            if (!page.take(*row)) return;
        }
    }
    page.complete();
}

void measurement_table::query_oldest(sensor_id sensor, const bounds& ids, const sensor_state& state,
                                     page_builder& page) const {
    const auto tail_begins = state.tail.empty() ? largest_id : state.tail.front().id;
    const lmdb::transaction txn(env_, lmdb::transaction::kind::read);
    lmdb::cursor at(txn, blocks_);
    for (bool more = at.at_or_after(block_key(sensor, ids.low)); more && of_sensor(at, sensor); more = at.next()) {
        const auto b = read_block(at.key(), at.value());
        for (const auto& row : b.rows) {
            if (row.id < ids.low || row.id >= tail_begins) continue;
            if (row.id > ids.high) return page.complete();
            if (!page.take(row)) return;
        }
    }
    for (const auto& row : state.tail) {
        if (row.id < ids.low) continue;
        if (row.id > ids.high) break;
        if (!page.take(row)) return;
    }
    page.complete();
}

sensor_summary measurement_table::summary(sensor_id sensor) const {
    const auto state = index_.find(sensor);
    if (!state) return {};
    sensor_summary result{state->count, std::nullopt, state->last};
    measurement_query oldest;
    oldest.sensor = sensor;
    oldest.limit = 1;
    oldest.ascending = true;
    constexpr std::chrono::milliseconds enough{20};
    if (auto page = query(oldest, enough); !page.rows.empty()) result.first = page.rows.front();
    return result;
}

} // namespace nightjar::storage
