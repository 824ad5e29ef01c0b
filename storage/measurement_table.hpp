// Measurements on disk.
//
//   "measurements"  key id u64 (arrival, microseconds; strictly growing, so always appended)
//                   value: format 1, sensor u32, event offset i32 (ms), value f64, CRC-32C                     21 bytes
//   "blocks"        key sensor u32, id of the last row u64
//                   value: format 1, rows before this block u64, first id of the sensor u64, count u16,
//                          count x {id u64, offset i32, value f64}, CRC-32C                             <= 2,000 bytes
//   "meta"          "unfolded_from": the oldest row that is in no block (u64); "largest_offset": i32 (ms)
//
// Rows go to "measurements" at once; a sensor's rows are copied into a block when its open tail is full, or when the
// tail's first row is `longest_lag` rows old, so that a start has to read about that many rows to know all tails.
#pragma once

#include "storage/lmdb.hpp"
#include "storage/measurement_index.hpp"
#include "storage/measurement_log.hpp"

#include <atomic>
#include <span>

#include <boost/unordered/unordered_flat_map.hpp>

namespace nightjar::storage {

class measurement_table final : public measurement_log {
  public:
    measurement_table(const lmdb::environment& env, lmdb::transaction& opening, lmdb::table meta);
    void load(); // fills the index; once, before anybody reads

    // --- measurement_log: any thread
    measurement_page query(const measurement_query& what, std::chrono::milliseconds budget) const override;
    std::optional<stored_measurement> last(sensor_id sensor) const override;
    sensor_summary summary(sensor_id sensor) const override;
    std::uint64_t count() const override { return index_.total(); }

    // --- commit thread: stage() in a transaction, then committed() or dropped()
    void stage(lmdb::transaction& txn, std::span<const measurement> rows);
    void finish(lmdb::transaction& txn); // after the last stage(): blocks and meta
    void committed();
    void dropped();

  private:
    struct staged_sensor {
        std::vector<stored_measurement> rows;
        std::size_t folded = 0; // of tail and rows together
        std::uint64_t first_row = 0;
    };
    struct bounds {
        measurement_id low, high; // inclusive
    };

    void load_blocks(const lmdb::transaction& txn);
    void load_tails(const lmdb::transaction& txn);
    void fold(lmdb::transaction& txn, sensor_id sensor, staged_sensor& staged, std::size_t least);
    void write_block(lmdb::transaction& txn, sensor_id sensor, const sensor_state& state,
                     std::span<const stored_measurement> rows, std::uint64_t before);
    void fold_stragglers(lmdb::transaction& txn);
    void remember_unfolded(lmdb::transaction& txn);

    // measurement_query.cpp
    bounds bounds_of(const measurement_query& what) const;
    class page_builder;
    void query_all_newest(const bounds& ids, page_builder& page) const;
    void query_all_oldest(const bounds& ids, page_builder& page) const;
    void query_newest(sensor_id sensor, const bounds& ids, const sensor_state& state, page_builder& page) const;
    void query_oldest(sensor_id sensor, const bounds& ids, const sensor_state& state, page_builder& page) const;

    const lmdb::environment& env_;
    lmdb::table raw_, blocks_, meta_;
    measurement_index index_;
    std::atomic<std::int32_t> largest_offset_{0};

    // commit thread
    measurement_id last_id_ = 0;
    measurement_id staged_id_ = 0;
    std::int32_t staged_offset_ = 0;
    boost::unordered_flat_map<sensor_id, staged_sensor> staged_;
    std::uint64_t next_row_ = 0;
    std::uint64_t staged_row_ = 0;
};

// The rows of a block; throws damaged_record.
struct block {
    std::uint64_t rows_before = 0;
    measurement_id first_of_sensor = 0;
    std::vector<stored_measurement> rows;
};
block read_block(std::string_view key, std::string_view value);
stored_measurement read_row(std::string_view key, std::string_view value);

} // namespace nightjar::storage
