// Values over time. New rows lie in arrival order (append only, what acknowledgements wait for); from there each
// sensor's rows go into packed blocks of its own, so that one sensor's history is read without walking the others', and
// into a summary of each hour. Reading: any thread.
#pragma once

#include "storage/aggregate.hpp"
#include "storage/records.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <vector>

namespace nightjar::storage {

struct measurement_query {
    std::optional<sensor_id> sensor;            // unset: all
    std::optional<std::int64_t> from_ms, to_ms; // inclusive, the device's time where it gave one
    std::optional<measurement_id> before;       // newest first: ids below; ascending: ids above
    std::size_t limit = 1000;
    bool ascending = false;
};

struct measurement_page {
    std::vector<stored_measurement> rows;
    // Set when there may be more: pass it as `before` to go on. The reading stops after `limit` rows or after a time
    // budget, whichever comes first, so a page may be short, even empty, and still have a continuation.
    std::optional<measurement_id> next;
    bool out_of_time = false;
};

struct sensor_summary {
    std::uint64_t count = 0;
    std::optional<stored_measurement> first, last; // by arrival
};

// All of a sensor's values lie between these times, also those that came late or were summed up and are gone; about:
// where much is in blocks, the earliest may be up to an hour too early.
struct time_extent {
    std::int64_t earliest_ms = 0, latest_ms = -1; // so: there is no value

    void widen(std::int64_t from_ms, std::int64_t to_ms) {
        if (latest_ms < earliest_ms) {
            earliest_ms = from_ms;
            latest_ms = to_ms;
        }
        earliest_ms = std::min(earliest_ms, from_ms);
        latest_ms = std::max(latest_ms, to_ms);
    }
};

// What one sensor's values were from step to step; a chart. Steps of whole hours, at whole hours of UTC, are read from
// the summaries of the hours.
struct series {
    sensor_id sensor = 0;
    std::int64_t from_ms = 0, step_ms = 1; // the device's time where it gave one; at least 1
    std::vector<aggregate> steps;          // sized by whoever asks

    bool complete = false;              // otherwise read() again: its time was up
    std::optional<measurement_id> next; // where it goes on
    measurement_id end = 0;             // what came after the first read() is not in it
    std::size_t part = 0;               // of the sensors that were merged, how many are done
    std::int64_t to_ms() const { return from_ms + step_ms * static_cast<std::int64_t>(steps.size()); }
};

class measurement_log {
  public:
    virtual ~measurement_log() = default;
    // Throws std::system_error when LMDB cannot read.
    virtual measurement_page query(const measurement_query& what,
                                   std::chrono::milliseconds budget = std::chrono::milliseconds{20}) const = 0;
    virtual std::optional<stored_measurement> last(sensor_id sensor) const = 0;
    virtual sensor_summary summary(sensor_id sensor) const = 0;
    virtual time_extent extent(sensor_id sensor) const = 0;
    // Adds what it can within `budget` to the steps. Throws as query().
    virtual void read(series& what, std::chrono::milliseconds budget = std::chrono::milliseconds{20}) const = 0;
    virtual std::uint64_t count() const = 0;
};

} // namespace nightjar::storage
