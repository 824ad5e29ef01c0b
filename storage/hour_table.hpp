// What each sensor's values were, hour by hour: long charts read this, and it may be kept for longer than the values.
//
//   "hours"  key sensor u32, day u32 (since 1970, UTC)
//            value: format 1, for each hour with values {hour u8, count u32, min, max, mean, squares f64}, CRC-32C
#pragma once

#include "storage/aggregate.hpp"
#include "storage/lmdb.hpp"
#include "storage/records.hpp"

#include <array>
#include <functional>
#include <optional>
#include <span>
#include <vector>

namespace nightjar::storage {

class hour_table {
  public:
    static constexpr std::int64_t hour_ms = 3'600'000, day_ms = 24 * hour_ms;

    explicit hour_table(lmdb::transaction& opening) : table_(opening.open("hours")) {}

    // Of one sensor. Commit thread.
    void add(lmdb::transaction& txn, std::span<const stored_measurement> rows) const;
    // Takes days before this one away, of one sensor, at most so many; returns how many. Commit thread.
    std::size_t expire(lmdb::transaction& txn, sensor_id sensor, std::uint32_t before, std::size_t most) const;
    // Each hour with values that begins in [from, to), ascending. Any thread.
    void each(const lmdb::transaction& txn, sensor_id sensor, std::int64_t from_ms, std::int64_t to_ms,
              const std::function<void(std::int64_t begin_ms, const aggregate&)>& of) const;

    // The begin of the first and of the last hour with values. Any thread.
    struct extent {
        std::int64_t first_ms, last_ms;
    };
    std::optional<extent> extent_of(const lmdb::transaction& txn, sensor_id sensor) const;
    std::vector<sensor_id> sensors(const lmdb::transaction& txn) const; // that have any; ascending. Any thread.

  private:
    lmdb::table table_;
};

using hours_of_day = std::array<aggregate, 24>;
hours_of_day read_hours(std::string_view key, std::string_view value); // throws damaged_record

} // namespace nightjar::storage
