// Reading measurements: newest or oldest first, all sensors or one, within bounds of work.
#include "storage/measurement_table.hpp"
#include "storage/record_bytes.hpp"

#include <algorithm>
#include <memory>

namespace nightjar::storage {

namespace {

constexpr int rows_between_looks_at_the_clock = 256;

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
    if (what.sensor) {
        query_one(*what.sensor, ids, what.ascending, page);
    } else {
        query_all(ids, what.ascending, page);
    }
    return page.result();
}

namespace {

// One sensor's rows from its blocks, in either direction.
class block_walk {
  public:
    // Rows with ids from `low` to `high`.
    block_walk(const lmdb::transaction& txn, lmdb::table blocks, sensor_id sensor, measurement_id low,
               measurement_id high, bool ascending)
        : at_(txn, blocks), sensor_(sensor), low_(low), high_(high), ascending_(ascending) {
        more_ = at_.at_or_after(block_key(sensor, ascending ? low : high));
        if (!ascending && !more_) {
            more_ = at_.last();
        } else if (!ascending && !of_sensor()) {
            more_ = at_.previous();
        }
        find_row();
    }
    bool done() const { return rows_.empty(); }
    const stored_measurement& row() const { return rows_[ascending_ ? next_ : rows_.size() - 1 - next_]; }
    void next() {
        if (++next_ == rows_.size()) find_row();
    }

  private:
    bool of_sensor() const { return read_big_endian<sensor_id>(at_.key()) == sensor_; }

    // The next block with rows in the range.
    void find_row() {
        next_ = 0;
        for (rows_.clear(); more_ && of_sensor() && rows_.empty(); more_ = ascending_ ? at_.next() : at_.previous()) {
            rows_ = read_block(at_.key(), at_.value()).rows;
            const bool beyond = ascending_ ? rows_.front().id > high_ : rows_.back().id < low_;
            std::erase_if(rows_, [&](const auto& row) { return row.id < low_ || row.id > high_; });
            if (beyond) return;
        }
    }

    lmdb::cursor at_;
    sensor_id sensor_;
    measurement_id low_, high_;
    bool ascending_, more_ = false;
    std::vector<stored_measurement> rows_;
    std::size_t next_ = 0;
};

} // namespace

void measurement_table::query_one(sensor_id sensor, const bounds& ids, bool ascending, page_builder& page) const {
    // The tail is copied before the transaction begins: rows that move into a block in between are then seen twice,
    // which the ids tell, instead of not at all.
    const auto state = index_.find(sensor);
    if (!state) return;
    auto tail = state->tail;
    const auto folded_below = tail.empty() ? largest_id : tail.front().id;
    const auto low = std::max(ids.low, index_.removed_up_to(sensor) + 1);
    std::erase_if(tail, [&](const auto& row) { return row.id < low || row.id > ids.high; });
    const auto take_tail = [&] {
        if (!ascending) std::reverse(tail.begin(), tail.end());
        return std::all_of(tail.begin(), tail.end(), [&](const auto& row) { return page.take(row); });
    };
    if (!ascending && !take_tail()) return;
    const lmdb::transaction txn(env_, lmdb::transaction::kind::read);
    if (folded_below > low) {
        block_walk walk(txn, blocks_, sensor, low, std::min(ids.high, folded_below - 1), ascending);
        for (; !walk.done(); walk.next())
            if (!page.take(walk.row())) return;
    }
    if (ascending && !take_tail()) return;
    page.complete();
}

// What is old is in blocks alone, what is new in the log: where the log begins is where they meet.
void measurement_table::query_all(const bounds& ids, bool ascending, page_builder& page) const {
    const auto sensors = index_.sensors();
    const lmdb::transaction txn(env_, lmdb::transaction::kind::read);
    lmdb::cursor log(txn, raw_);
    const auto log_begins = log.first() ? read_big_endian<measurement_id>(log.key()) : largest_id;
    const bounds in_log{std::max(ids.low, log_begins), ids.high};
    const bounds in_blocks{ids.low, std::min(ids.high, log_begins - 1)};
    const auto take_log = [&] { return in_log.low > in_log.high || query_log(log, in_log, ascending, page); };
    const auto take_blocks = [&] {
        return in_blocks.low > in_blocks.high || query_blocks(txn, sensors, in_blocks, ascending, page);
    };
    const bool all = ascending ? take_blocks() && take_log() : take_log() && take_blocks();
    if (all) page.complete();
}

// False: the page is full.
bool measurement_table::query_log(lmdb::cursor& at, const bounds& ids, bool ascending, page_builder& page) const {
    const auto removed = index_.removed();
    const auto is_gone = [&](const stored_measurement& row) {
        const auto found = removed.find(row.sensor);
        return found != removed.end() && row.id <= found->second;
    };
    const auto key = big_endian(ascending ? ids.low : ids.high);
    bool more = ascending ? at.at_or_after(view<measurement_id>(key)) : at.at_or_before(view<measurement_id>(key));
    for (; more; more = ascending ? at.next() : at.previous()) {
        const auto row = read_row(at.key(), at.value());
        if (row.id < ids.low || row.id > ids.high) break;
        if (!is_gone(row) && !page.take(row)) return false;
    }
    return true;
}

// The rows of all sensors in the order of their ids.
bool measurement_table::query_blocks(const lmdb::transaction& txn, const std::vector<sensor_id>& sensors,
                                     const bounds& ids, bool ascending, page_builder& page) const {
    const auto later = [ascending](const auto& a, const auto& b) { // whose row comes after the other's
        return ascending ? a->row().id > b->row().id : a->row().id < b->row().id;
    };
    std::vector<std::unique_ptr<block_walk>> walks;
    for (const auto sensor : sensors) {
        auto walk = std::make_unique<block_walk>(
            txn, blocks_, sensor, std::max(ids.low, index_.removed_up_to(sensor) + 1), ids.high, ascending);
        if (!walk->done()) walks.push_back(std::move(walk));
    }
    for (std::make_heap(walks.begin(), walks.end(), later); !walks.empty();) {
        std::pop_heap(walks.begin(), walks.end(), later);
        auto& next = *walks.back();
        if (!page.take(next.row())) return false;
        next.next();
        if (next.done()) {
            walks.pop_back();
        } else {
            std::push_heap(walks.begin(), walks.end(), later);
        }
    }
    return true;
}

sensor_summary measurement_table::summary(sensor_id sensor) const {
    const auto state = index_.find(sensor);
    if (!state) return {};
    sensor_summary result{state->count(), std::nullopt, state->last};
    measurement_query oldest;
    oldest.sensor = sensor;
    oldest.limit = 1;
    oldest.ascending = true;
    constexpr std::chrono::milliseconds enough{20};
    if (auto page = query(oldest, enough); !page.rows.empty()) result.first = page.rows.front();
    return result;
}

time_extent measurement_table::extent(sensor_id sensor) const {
    const auto state = index_.find(sensor);
    if (!state) return {};
    time_extent result;
    for (const auto& row : state->tail) result.widen(row.time_ms(), row.time_ms());
    const auto known = summary(sensor);
    for (const auto& row : {known.first, known.last})
        if (row) result.widen(row->time_ms(), row->time_ms());
    widen_by_hours(sensor, result);
    return result;
}

// What is in blocks came in any order; their hours are known. The last one may not be over.
void measurement_table::widen_by_hours(sensor_id sensor, time_extent& known) const {
    const auto hours = hours_.extent_of(lmdb::transaction(env_, lmdb::transaction::kind::read), sensor);
    if (!hours) return;
    const auto now =
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch());
    const auto until =
        std::min(hours->last_ms + hour_table::hour_ms - 1, std::max<std::int64_t>(now.count(), known.latest_ms));
    known.widen(std::max(earliest_second(sensor, hours->first_ms, known.earliest_ms), hours->first_ms), until);
}

// Of the sensor's values that are no earlier than `from_ms`, which is at most an hour before `known_ms`; not looked for
// any longer than what a page waits for.
std::int64_t measurement_table::earliest_second(sensor_id sensor, std::int64_t from_ms, std::int64_t known_ms) const {
    constexpr std::int64_t second = 1000;
    constexpr std::chrono::milliseconds enough{5};
    if (known_ms < from_ms || known_ms >= from_ms + hour_table::hour_ms) return from_ms;
    series seconds;
    seconds.sensor = sensor;
    seconds.from_ms = from_ms;
    seconds.step_ms = second;
    seconds.steps.resize(static_cast<std::size_t>((known_ms - from_ms) / second + 1));
    read(seconds, enough);
    if (!seconds.complete) return from_ms;
    const auto found =
        std::find_if(seconds.steps.begin(), seconds.steps.end(), [](const auto& s) { return s.count > 0; });
    return from_ms + second * (found - seconds.steps.begin());
}

} // namespace nightjar::storage
