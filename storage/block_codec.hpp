// A sensor's rows, packed: three columns of what changes from row to row. A row of a sensor that reports in step, in
// decimals, takes about four and a half bytes on disk instead of the 43 it has in the log that acknowledgements wait
// for.
//
// Format 2, after the key (sensor u32, id of the last row u64):
//   rows of the sensor before this block u64; count u16; kind of the values u8; aggregate 4 x f64; earliest and latest
//   time i64 (ms); sizes of the first two columns 2 x u16; columns; CRC-32C
//   ids:     the first, then how the distance between two changes
//   offsets: how they change; a 0 is followed by how often it comes again
//   values:  decimals as whole numbers (kind: the decimals), each minus the one before; or, kind 255, the bytes in
//   which
//            a double differs from the one before
// Numbers in columns are zigzag varints. Format 1 had whole rows; it is read, not written.
#pragma once

#include "storage/aggregate.hpp"
#include "storage/records.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace nightjar::storage {

// All that is known without unpacking.
struct block_head {
    std::uint64_t rows_before = 0;
    std::uint16_t count = 0;
    measurement_id first = 0, last = 0;
    aggregate values;                             // of none in format 1
    std::int64_t earliest_ms = 0, latest_ms = -1; // times; in format 1 unknown: the latest is before the earliest
};

struct block {
    block_head head;
    std::vector<stored_measurement> rows;
};

std::string block_key(sensor_id sensor, measurement_id last);

struct packed_block {
    std::size_t rows;       // of those that were given; the others did not fit into the record
    std::string_view value; // in `memory`
};
// `rows`: of one sensor, ids ascending, at least one, at most 65,535.
packed_block pack_block(std::span<const stored_measurement> rows, std::uint64_t rows_before, std::string& memory);

// Both throw damaged_record.
block_head read_block_head(std::string_view key, std::string_view value);
block read_block(std::string_view key, std::string_view value);

} // namespace nightjar::storage
