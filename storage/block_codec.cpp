#include "storage/block_codec.hpp"

#include "storage/record_bytes.hpp"

#include <array>
#include <bit>
#include <cmath>

namespace nightjar::storage {

namespace {

constexpr std::uint8_t newest_format = 2;
// Six to a page of LMDB, with their keys. It splits a page that is added to at its end so that one record moves to the
// next: of two to a page half of it would stay empty, of six a sixth.
constexpr std::size_t largest_value = 656;
constexpr std::size_t head_size = 1 + 8 + 2 + 1 + 4 * 8 + 2 * 8 + 2 * 2, checksum_size = 4;
constexpr std::size_t room_for_last_run = 3;
constexpr std::uint8_t as_bits = 255; // kind of the values

constexpr std::array<double, 10> powers_of_ten{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};

void put_unsigned(std::string& out, std::uint64_t n) {
    for (; n >= 0x80; n >>= 7) out.push_back(static_cast<char>(n | 0x80));
    out.push_back(static_cast<char>(n));
}

// Differences wrap around, here and when they are added again: no distance is too large.
void put_difference(std::string& out, std::uint64_t difference) {
    const auto sign = static_cast<std::uint64_t>(static_cast<std::int64_t>(difference) >> 63);
    put_unsigned(out, (difference << 1) ^ sign);
}

class column {
  public:
    explicit column(std::string_view bytes) : rest_(bytes) {}

    std::uint64_t take_unsigned() {
        std::uint64_t n = 0;
        for (unsigned shift = 0; shift < 64; shift += 7) {
            const auto byte = take_byte();
            n |= std::uint64_t{byte & 0x7FU} << shift;
            if (byte < 0x80) return n;
        }
        throw damaged_record("blocks: a number is too long");
    }
    std::uint64_t take_difference() {
        const auto n = take_unsigned();
        return (n >> 1) ^ (~(n & 1) + 1);
    }
    unsigned take_byte() {
        if (rest_.empty()) throw damaged_record("blocks: a column is cut short");
        const auto byte = static_cast<unsigned char>(rest_.front());
        rest_.remove_prefix(1);
        return byte;
    }

  private:
    std::string_view rest_;
};

// --- ids

class id_packer {
  public:
    void put(std::string& out, measurement_id id) {
        const auto distance = id - last_;
        put_difference(out, distance - distance_);
        last_ = id;
        distance_ = distance;
    }
    measurement_id take(column& in) {
        distance_ += in.take_difference();
        return last_ += distance_;
    }

  private:
    std::uint64_t last_ = 0, distance_ = 0;
};

// --- offsets

class offset_packer {
  public:
    void put(std::string& out, std::int64_t offset) {
        const auto difference = static_cast<std::uint64_t>(offset) - last_;
        last_ = static_cast<std::uint64_t>(offset);
        if (difference == 0) return static_cast<void>(++run_);
        finish(out);
        put_difference(out, difference);
    }
    void finish(std::string& out) {
        if (run_ == 0) return;
        out.push_back(0);
        put_unsigned(out, run_ - 1);
        run_ = 0;
    }
    std::int64_t take(column& in) {
        if (run_ > 0) {
            --run_;
        } else if (const auto difference = in.take_difference(); difference != 0) {
            last_ += difference;
        } else {
            run_ = in.take_unsigned();
        }
        return static_cast<std::int64_t>(last_);
    }

  private:
    std::uint64_t last_ = 0, run_ = 0;
};

// --- values

// Whole numbers below 2^53 divided by a power of ten give the double that the decimal reads as.
bool is_decimal(double value, double power) {
    constexpr double exact = 9'007'199'254'740'992;
    const double scaled = std::round(value * power);
    if (!(std::abs(scaled) < exact)) return false;
    const auto whole = static_cast<double>(static_cast<std::int64_t>(scaled)); // without the sign of -0
    return std::bit_cast<std::uint64_t>(whole / power) == std::bit_cast<std::uint64_t>(value);
}

std::uint8_t kind_of(std::span<const stored_measurement> rows) {
    std::uint8_t decimals = 0;
    for (const auto& row : rows) {
        while (!is_decimal(row.value, powers_of_ten[decimals]))
            if (++decimals == powers_of_ten.size()) return as_bits;
    }
    for (const auto& row : rows) // more decimals may be too many for another
        if (!is_decimal(row.value, powers_of_ten[decimals])) return as_bits;
    return decimals;
}

class value_packer {
  public:
    explicit value_packer(std::uint8_t kind) : kind_(kind) {
        if (kind != as_bits && kind >= powers_of_ten.size()) throw damaged_record("blocks: values of an unknown kind");
    }
    void put(std::string& out, double value) {
        if (kind_ == as_bits) return put_bits(out, std::bit_cast<std::uint64_t>(value));
        const auto scaled = static_cast<std::uint64_t>(std::llround(value * powers_of_ten[kind_]));
        put_difference(out, scaled - last_);
        last_ = scaled;
    }
    double take(column& in) {
        if (kind_ == as_bits) return std::bit_cast<double>(take_bits(in));
        last_ += in.take_difference();
        return static_cast<double>(static_cast<std::int64_t>(last_)) / powers_of_ten[kind_];
    }

  private:
    // A byte that says how many zero bytes there are in front (3 bits) and behind (3 bits), then those between; 0: the
    // same again.
    void put_bits(std::string& out, std::uint64_t bits) {
        const auto changed = bits ^ last_;
        last_ = bits;
        if (changed == 0) return out.push_back(0);
        const auto front = static_cast<unsigned>(std::countl_zero(changed)) / 8;
        const auto behind = static_cast<unsigned>(std::countr_zero(changed)) / 8;
        out.push_back(static_cast<char>(0x80U | front << 3 | behind));
        for (unsigned i = 8 - front; i-- > behind;) out.push_back(static_cast<char>(changed >> (8 * i)));
    }
    std::uint64_t take_bits(column& in) {
        const auto control = in.take_byte();
        if (control == 0) return last_;
        const unsigned front = control >> 3 & 7U, behind = control & 7U;
        std::uint64_t changed = 0;
        for (unsigned i = 8 - front; i-- > behind;) changed |= std::uint64_t{in.take_byte()} << (8 * i);
        return last_ ^= changed;
    }

    std::uint8_t kind_;
    std::uint64_t last_ = 0;
};

void put_real(record_writer& out, const aggregate& a) {
    for (const double x : {a.min, a.max, a.mean, a.squares}) out.real(x);
}

block_head read_head(record_reader& in, std::string_view key) {
    block_head head;
    head.last = read_big_endian<measurement_id>(key, sizeof(sensor_id));
    head.rows_before = in.number<std::uint64_t>();
    if (in.format() == 1) head.first = in.number<measurement_id>(); // of the sensor; that of the block follows
    head.count = in.number<std::uint16_t>();
    if (head.count == 0) throw damaged_record("blocks: a block without rows");
    return head;
}

struct columns {
    std::uint8_t kind;
    column ids, offsets, values;
};

columns read_columns(record_reader& in, block_head& head) {
    const auto kind = in.number<std::uint8_t>();
    auto& a = head.values;
    a.count = head.count;
    for (double* x : {&a.min, &a.max, &a.mean, &a.squares}) *x = in.real();
    head.earliest_ms = in.number<std::int64_t>();
    head.latest_ms = in.number<std::int64_t>();
    const auto id_bytes = in.number<std::uint16_t>(), offset_bytes = in.number<std::uint16_t>();
    const auto ids = in.raw(id_bytes), offsets = in.raw(offset_bytes);
    column first(ids);
    head.first = id_packer().take(first);
    return {kind, column(ids), column(offsets), column(in.rest())};
}

std::vector<stored_measurement> read_rows_1(record_reader& in, block_head& head, sensor_id sensor) {
    std::vector<stored_measurement> rows(head.count);
    for (auto& row : rows) {
        row.sensor = sensor;
        row.id = in.number<measurement_id>();
        row.event_offset_ms = in.number<std::int32_t>();
        row.value = in.real();
    }
    head.first = rows.front().id;
    return rows;
}

} // namespace

std::string block_key(sensor_id sensor, measurement_id last) {
    const auto s = big_endian(sensor);
    const auto l = big_endian(last);
    return std::string(s.data(), s.size()).append(l.data(), l.size());
}

packed_block pack_block(std::span<const stored_measurement> rows, std::uint64_t rows_before, std::string& memory) {
    const auto kind = kind_of(rows);
    constexpr auto room = largest_value - head_size - checksum_size - room_for_last_run;
    std::string ids, offsets, values;
    id_packer id;
    offset_packer offset;
    value_packer value(kind);
    aggregate all;
    std::int64_t earliest = rows.front().time_ms(), latest = earliest;
    std::size_t count = 0;
    for (const auto& row : rows) {
        const auto before = std::array{ids.size(), offsets.size(), values.size()};
        auto next_offset = offset; // taken back with the row
        id.put(ids, row.id);
        next_offset.put(offsets, row.event_offset_ms);
        value.put(values, row.value);
        if (ids.size() + offsets.size() + values.size() > room) {
            ids.resize(before[0]);
            offsets.resize(before[1]);
            values.resize(before[2]);
            break;
        }
        offset = next_offset;
        all.add(row.value);
        earliest = std::min(earliest, row.time_ms());
        latest = std::max(latest, row.time_ms());
        ++count;
    }
    offset.finish(offsets);
    record_writer out(newest_format, memory);
    out.number(rows_before);
    out.number(static_cast<std::uint16_t>(count));
    out.number(kind);
    put_real(out, all);
    out.number(earliest);
    out.number(latest);
    out.number(static_cast<std::uint16_t>(ids.size()));
    out.number(static_cast<std::uint16_t>(offsets.size()));
    for (const auto* c : {&ids, &offsets, &values}) out.raw(*c);
    return {count, out.finish(block_key(rows.front().sensor, rows[count - 1].id))};
}

block_head read_block_head(std::string_view key, std::string_view value) {
    record_reader in("blocks", newest_format, key, value);
    auto head = read_head(in, key);
    if (in.format() == 1) {
        head.first = in.number<measurement_id>();
    } else {
        read_columns(in, head);
    }
    return head;
}

block read_block(std::string_view key, std::string_view value) {
    record_reader in("blocks", newest_format, key, value);
    block result{read_head(in, key), {}};
    const auto sensor = read_big_endian<sensor_id>(key);
    if (in.format() == 1) {
        result.rows = read_rows_1(in, result.head, sensor);
        return result;
    }
    auto [kind, ids, offsets, values] = read_columns(in, result.head);
    id_packer id;
    offset_packer offset;
    value_packer unpacked(kind);
    result.rows.resize(result.head.count);
    for (auto& row : result.rows) row = {id.take(ids), sensor, offset.take(offsets), unpacked.take(values)};
    return result;
}

} // namespace nightjar::storage
