// Measurements on disk.
//
//   "measurements"  key id u64 (arrival, microseconds; strictly growing, so always appended)
//                   value: format 2, sensor u32, event offset i64 (ms), value f64, CRC-32C                     25 bytes
//                   (format 1: the offset is an i32)
//   "blocks"        block_codec.hpp
//   "hours"         hour_table.hpp
//   "removals"      key sensor u32; value: format 1, id u64: its rows up to this one are gone, or going; CRC-32C
//   "meta"          "unfolded_from": the oldest row that is in no block (u64); "largest_offset": i64 (ms)
//
// Rows go to "measurements" at once. A sensor's rows are packed into a block when its open tail is full, or when the
// tail begins `longest_lag` rows or a day ago; once all rows up to one are in blocks, they leave "measurements". So a
// start reads about `longest_lag` rows to know all tails, and a row ends up in one place.
#pragma once

#include "storage/block_codec.hpp"
#include "storage/hour_table.hpp"
#include "storage/lmdb.hpp"
#include "storage/measurement_index.hpp"
#include "storage/measurement_log.hpp"
#include "storage/merges.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <limits>
#include <span>

#include <boost/unordered/unordered_flat_map.hpp>

namespace nightjar::storage {

class measurement_table final : public measurement_log {
  public:
    measurement_table(const lmdb::environment& env, lmdb::transaction& opening, lmdb::table meta);
    void upgrade(lmdb::transaction& txn); // from schema 1, which had no hours
    void load();                          // fills the index; once, before anybody reads

    // --- measurement_log: any thread
    measurement_page query(const measurement_query& what, std::chrono::milliseconds budget) const override;
    std::optional<stored_measurement> last(sensor_id sensor) const override;
    sensor_summary summary(sensor_id sensor) const override;
    time_extent extent(sensor_id sensor) const override;
    void read(series& what, std::chrono::milliseconds budget) const override;
    std::uint64_t count() const override { return index_.total(); }

    // --- commit thread: stage() in a transaction, then committed() or dropped()
    enum class arrival : std::uint8_t { by_clock, told };
    void stage(lmdb::transaction& txn, std::span<const measurement> rows, arrival how);
    void finish(lmdb::transaction& txn); // after the last stage(): blocks and meta
    void committed();
    void dropped();

    void remove(lmdb::transaction& txn, sensor_id sensor); // all that was staged or committed of it

    // --- commit thread: a piece of what can wait, in a transaction without stage(); then committed() or dropped()
    struct keeping {
        std::int64_t now_ms = 0;         // wall clock
        std::uint32_t days = 0;          // values are kept that long after their arrival; 0: for ever
        std::uint32_t days_of_hours = 0; // summaries of hours
        const merges& merged;            // a sensor and its parts have one last value
    };
    // False: nothing has changed and nothing is left to do; the next call begins anew.
    bool tidy(lmdb::transaction& txn, const keeping& how);

  private:
    class piece;
    struct staged_sensor {
        std::vector<stored_measurement> rows;
        std::size_t folded = 0; // of tail and rows together
        std::uint64_t first_row = 0;
    };
    struct bounds {
        measurement_id low, high; // inclusive
    };

    void widen_by_hours(sensor_id sensor, time_extent& known) const;
    std::int64_t earliest_second(sensor_id sensor, std::int64_t from_ms, std::int64_t known_ms) const;
    void load_removals(const lmdb::transaction& txn);
    void load_hours(const lmdb::transaction& txn);
    void load_blocks(const lmdb::transaction& txn);
    void load_tails(const lmdb::transaction& txn);
    void fold_full(lmdb::transaction& txn, sensor_id sensor, staged_sensor& staged);
    void fold_all(lmdb::transaction& txn, sensor_id sensor, staged_sensor& staged);
    std::vector<stored_measurement> open_rows(sensor_id sensor, const staged_sensor& staged) const;
    std::size_t write_block(lmdb::transaction& txn, std::span<const stored_measurement> rows, std::uint64_t before);
    std::size_t join_last_block(lmdb::transaction& txn, std::span<const stored_measurement> rows);
    bool fold_stragglers(lmdb::transaction& txn, std::int64_t before_ms);
    void remember_unfolded(lmdb::transaction& txn);
    measurement_id unfolded_from() const;
    const sensor_state* known(sensor_id sensor) const; // as this transaction leaves it; null: nothing of it yet
    bool trim(lmdb::transaction& txn, std::size_t most);
    bool remove_more(lmdb::transaction& txn);
    bool remove_from_log(lmdb::transaction& txn, sensor_id sensor, measurement_id up_to);
    bool expire(lmdb::transaction& txn, const keeping& how);
    bool tells_last(sensor_id sensor, const merges& merged) const;
    bool expire_blocks(lmdb::transaction& txn, sensor_id sensor, measurement_id before, piece& work,
                       const merges& merged);

    // measurement_query.cpp
    bounds bounds_of(const measurement_query& what) const;
    class page_builder;
    bool query_log(lmdb::cursor& at, const bounds& ids, bool ascending, page_builder& page) const;
    bool query_blocks(const lmdb::transaction& txn, const std::vector<sensor_id>& sensors, const bounds& ids,
                      bool ascending, page_builder& page) const;
    void query_all(const bounds& ids, bool ascending, page_builder& page) const;
    void query_one(sensor_id sensor, const bounds& ids, bool ascending, page_builder& page) const;

    // measurement_series.cpp
    void read_hours_into(series& what) const;
    void read_blocks_into(series& what, std::chrono::milliseconds budget) const;
    std::uint64_t folded_on_disk(const lmdb::transaction& txn, sensor_id sensor) const;

    const lmdb::environment& env_;
    lmdb::table raw_, blocks_, meta_, removals_;
    hour_table hours_;
    measurement_index index_;
    std::atomic<std::int64_t> largest_offset_{0};

    // commit thread
    measurement_id last_id_ = 0;
    measurement_id staged_id_ = 0;
    std::int64_t staged_offset_ = 0;
    boost::unordered_flat_map<sensor_id, staged_sensor> staged_;
    std::uint64_t next_row_ = 0;
    std::uint64_t staged_row_ = 0;
    std::vector<std::pair<sensor_id, std::uint64_t>> expired_; // staged: sensor_state::expired
    measurement_index::removals removed_;                      // staged
    sensor_id removal_done_ = 0;                               // staged; 0: none
    sensor_id searched_for_ = 0;                               // the sensor that is being removed; 0: none
    measurement_id searched_to_ = 0;                           // the log, for its rows
    std::vector<sensor_id> to_expire_;                         // still to be looked at; the last one is the next
    std::string memory_;
};

constexpr measurement_id largest_id = std::numeric_limits<measurement_id>::max();

// Milliseconds since 1970 to the smallest id of that millisecond.
inline measurement_id id_at(std::int64_t ms) {
    constexpr auto most = static_cast<std::int64_t>(largest_id / 2'000);
    return static_cast<measurement_id>(std::clamp<std::int64_t>(ms, 0, most)) * 1000;
}

stored_measurement read_row(std::string_view key, std::string_view value); // of "measurements"; throws damaged_record

} // namespace nightjar::storage
