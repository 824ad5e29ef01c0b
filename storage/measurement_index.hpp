// What is kept in memory of each sensor: its last row, how many there are, and the rows not yet gathered into a block
// (its open tail). Changed by the commit thread after each commit, read by any thread; a shared mutex inside.
#pragma once

#include "storage/records.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <shared_mutex>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

namespace nightjar::storage {

struct sensor_state {
    std::vector<stored_measurement> tail; // ascending id
    std::optional<stored_measurement> last;
    std::uint64_t count = 0;    // all rows
    std::uint64_t tail_row = 0; // number of the tail's first row, counted over all sensors, or a little less
    measurement_id first = 0;   // the sensor's very first row
};

class measurement_index {
  public:
    // Any thread; a copy.
    std::optional<sensor_state> find(sensor_id sensor) const;
    std::uint64_t total() const;

    // --- commit thread only: reading needs no lock there, changing takes it
    const sensor_state* peek(sensor_id sensor) const;
    // Appends committed rows of one sensor, of which, with the tail before them, the first `folded` are in blocks now.
    struct change {
        sensor_id sensor;
        std::vector<stored_measurement> rows;
        std::size_t folded;
        std::uint64_t first_row; // number of rows[0]
    };
    void apply(std::vector<change>& changes); // sorted by first_row
    // What the blocks on disk say of a sensor; at start, before anything else.
    void restore(sensor_id sensor, std::uint64_t count, measurement_id first, const stored_measurement& last);

    // The open tail that has waited longest; none if all is in blocks.
    struct open_tail {
        std::uint64_t row = 0;   // number of its first row, or a little less
        measurement_id from = 0; // its rows have this id or a larger one
        sensor_id sensor = 0;
    };
    std::optional<open_tail> oldest_tail();

  private:
    void apply_one(change& c);

    mutable std::shared_mutex mutex_; // guards sensors_, total_
    boost::unordered_flat_map<sensor_id, sensor_state> sensors_;
    std::uint64_t total_ = 0;
    std::deque<open_tail> tails_; // commit thread alone; by row; may name tails that are gone
};

} // namespace nightjar::storage
