// What is kept in memory of each sensor: its last row, how many there are, and the rows not yet gathered into a block
// (its open tail). Changed by the commit thread after each commit, read by any thread; a shared mutex inside.
#pragma once

#include "storage/records.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <shared_mutex>
#include <utility>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

namespace nightjar::storage {

struct sensor_state {
    std::vector<stored_measurement> tail;   // ascending id
    std::optional<stored_measurement> last; // none: all have expired
    std::uint64_t folded = 0;               // rows that were ever put into blocks
    std::uint64_t expired = 0;              // of these, rows whose time of keeping is over
    std::uint64_t tail_row = 0; // number of the row, counted over all sensors, with which the tail began or was cut

    std::uint64_t count() const { return folded - expired + tail.size(); }
};

class measurement_index {
  public:
    // Any thread; a copy.
    std::optional<sensor_state> find(sensor_id sensor) const;
    std::uint64_t total() const;
    std::vector<sensor_id> sensors() const; // ascending
    // Sensors that were removed and of which rows are left on disk: those up to this id are to be taken for gone.
    using removals = std::map<sensor_id, measurement_id>;
    removals removed() const;
    measurement_id removed_up_to(sensor_id sensor) const; // 0: none

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
    void restore(sensor_id sensor, std::uint64_t folded, std::uint64_t expired,
                 const std::optional<stored_measurement>& last);
    void expire(sensor_id sensor, std::uint64_t expired); // counted as sensor_state::expired
    void remove(sensor_id sensor, measurement_id up_to);  // 0: nothing of it is left on disk
    void removal_done(sensor_id sensor);

    // The open tails with the oldest rows, in order; none if all is in blocks.
    struct open_tail {
        std::uint64_t row = 0;   // sensor_state::tail_row
        measurement_id from = 0; // its first row
        sensor_id sensor = 0;
    };
    std::vector<open_tail> oldest_tails(std::size_t most) const;

  private:
    void apply_one(change& c);

    mutable std::shared_mutex mutex_; // guards sensors_, removed_, total_
    boost::unordered_flat_map<sensor_id, sensor_state> sensors_;
    removals removed_;
    std::uint64_t total_ = 0;
    std::set<std::pair<measurement_id, sensor_id>> tails_; // commit thread alone; first rows of open tails
};

} // namespace nightjar::storage
