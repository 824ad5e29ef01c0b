// Values of the past, as text: NDJSON, a value a line. Pure.
//
//   {"sensor":3,"value":2.57,"created_at":"2026-01-28T15:07:55Z"}
//
// `sensor` may be called `sensor_id`; `created_at` also `timestamp`, `time` or `t`. Numbers may be strings. `unit`,
// `type`, `name`, `device`, `source` and `topic` are the sensor's, for one that is not known yet. `id` is that of the
// value in the nightjar it comes from: its arrival, in microseconds; a number that cannot be that is ignored. So is any
// other member. Empty lines count, and nothing else.
#pragma once

#include "storage/records.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace nightjar::plugins::sensors {

struct history_line {
    std::uint32_t line = 0;        // from 1
    storage::sensor_record sensor; // what the line says of it
    storage::measurement value;
};

struct refused_line {
    std::uint32_t line = 0;
    std::string_view error; // "no_time"; static
    std::string detail;     // a sentence
};

struct history_lines {
    std::vector<history_line> taken;
    std::vector<refused_line> refused; // both ascending
    bool too_many = false;             // then nothing of this means anything
};

inline constexpr std::size_t most_history_lines = 10'000; // at once

history_lines read_history(std::string_view text, std::int64_t now_us);

} // namespace nightjar::plugins::sensors
