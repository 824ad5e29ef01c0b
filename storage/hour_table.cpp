#include "storage/hour_table.hpp"

#include "storage/record_bytes.hpp"

#include <algorithm>
#include <limits>
#include <map>

namespace nightjar::storage {

namespace {

constexpr std::uint8_t format = 1;

std::string day_key(sensor_id sensor, std::uint32_t day) {
    const auto s = big_endian(sensor), d = big_endian(day);
    return std::string(s.data(), s.size()).append(d.data(), d.size());
}

std::uint32_t day_of(std::int64_t time_ms) {
    return static_cast<std::uint32_t>(std::max<std::int64_t>(time_ms, 0) / hour_table::day_ms);
}

std::size_t hour_of(std::int64_t time_ms) {
    return static_cast<std::size_t>(std::max<std::int64_t>(time_ms, 0) % hour_table::day_ms / hour_table::hour_ms);
}

std::string_view write_hours(std::string_view key, const hours_of_day& hours, std::string& memory) {
    record_writer out(format, memory);
    for (std::size_t hour = 0; hour < hours.size(); ++hour) {
        const auto& a = hours[hour];
        if (a.count == 0) continue;
        out.number(static_cast<std::uint8_t>(hour));
        out.number(static_cast<std::uint32_t>(a.count));
        for (const double x : {a.min, a.max, a.mean, a.squares}) out.real(x);
    }
    return out.finish(key);
}

} // namespace

hours_of_day read_hours(std::string_view key, std::string_view value) {
    record_reader in("hours", format, key, value);
    hours_of_day hours{};
    while (!in.empty()) {
        const auto hour = in.number<std::uint8_t>();
        if (hour >= hours.size()) throw damaged_record("hours: an hour that no day has");
        auto& a = hours[hour];
        a.count = in.number<std::uint32_t>();
        for (double* x : {&a.min, &a.max, &a.mean, &a.squares}) *x = in.real();
    }
    return hours;
}

void hour_table::add(lmdb::transaction& txn, std::span<const stored_measurement> rows) const {
    std::map<std::uint32_t, hours_of_day> days;
    for (const auto& row : rows) days[day_of(row.time_ms())][hour_of(row.time_ms())].add(row.value);
    std::string memory;
    for (auto& [day, hours] : days) {
        const auto key = day_key(rows.front().sensor, day);
        if (const auto kept = txn.get(table_, key)) {
            const auto known = read_hours(key, *kept);
            for (std::size_t hour = 0; hour < hours.size(); ++hour) hours[hour].merge(known[hour]);
        }
        txn.put(table_, key, write_hours(key, hours, memory));
    }
}

std::size_t hour_table::expire(lmdb::transaction& txn, sensor_id sensor, std::uint32_t before, std::size_t most) const {
    lmdb::cursor at(txn, table_);
    std::size_t gone = 0;
    const auto end = day_key(sensor, before);
    for (bool more = at.at_or_after(day_key(sensor, 0)); more && at.key() < end && gone < most; more = at.next()) {
        at.remove();
        ++gone;
    }
    return gone;
}

void hour_table::each(const lmdb::transaction& txn, sensor_id sensor, std::int64_t from_ms, std::int64_t to_ms,
                      const std::function<void(std::int64_t, const aggregate&)>& of) const {
    lmdb::cursor at(txn, table_);
    for (bool more = at.at_or_after(day_key(sensor, day_of(from_ms))); more; more = at.next()) {
        if (read_big_endian<sensor_id>(at.key()) != sensor) return;
        const auto midnight = day_ms * read_big_endian<std::uint32_t>(at.key(), sizeof(sensor_id));
        if (midnight >= to_ms) return;
        const auto hours = read_hours(at.key(), at.value());
        for (std::size_t hour = 0; hour < hours.size(); ++hour) {
            const auto begin = midnight + static_cast<std::int64_t>(hour) * hour_ms;
            if (hours[hour].count > 0 && begin >= from_ms && begin < to_ms) of(begin, hours[hour]);
        }
    }
}

std::vector<sensor_id> hour_table::sensors(const lmdb::transaction& txn) const {
    constexpr auto last = std::numeric_limits<sensor_id>::max();
    lmdb::cursor at(txn, table_);
    std::vector<sensor_id> found;
    for (bool more = at.first(); more; more = found.back() < last && at.at_or_after(day_key(found.back() + 1, 0)))
        found.push_back(read_big_endian<sensor_id>(at.key()));
    return found;
}

std::optional<hour_table::extent> hour_table::extent_of(const lmdb::transaction& txn, sensor_id sensor) const {
    lmdb::cursor at(txn, table_);
    if (!at.at_or_after(day_key(sensor, 0)) || read_big_endian<sensor_id>(at.key()) != sensor) return std::nullopt;
    const auto hour_at = [&at](bool last) {
        const auto midnight = day_ms * read_big_endian<std::uint32_t>(at.key(), sizeof(sensor_id));
        const auto hours = read_hours(at.key(), at.value());
        std::int64_t found = 0;
        for (std::size_t hour = hours.size(); hour-- > 0;) {
            if (hours[hour].count == 0) continue;
            found = static_cast<std::int64_t>(hour);
            if (last) break;
        }
        return midnight + found * hour_ms;
    };
    const auto first = hour_at(false);
    at.at_or_before(day_key(sensor, std::numeric_limits<std::uint32_t>::max()));
    return extent{first, hour_at(true)};
}

} // namespace nightjar::storage
