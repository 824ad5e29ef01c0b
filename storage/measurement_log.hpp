// Values over time. Raw rows lie in arrival order (append only, what acknowledgements wait for); each sensor's rows are
// gathered into blocks, written as they fill up, so that one sensor's history is read without walking the others'.
// Reading: any thread.
#pragma once

#include "storage/records.hpp"

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
    std::optional<stored_measurement> first, last;
};

class measurement_log {
  public:
    virtual ~measurement_log() = default;
    // Throws std::system_error when LMDB cannot read.
    virtual measurement_page query(const measurement_query& what,
                                   std::chrono::milliseconds budget = std::chrono::milliseconds{20}) const = 0;
    virtual std::optional<stored_measurement> last(sensor_id sensor) const = 0;
    virtual sensor_summary summary(sensor_id sensor) const = 0;
    virtual std::uint64_t count() const = 0;
};

} // namespace nightjar::storage
