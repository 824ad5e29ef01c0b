// Whatever the rows are, what was packed comes out again, bit for bit, and fits into its record.
#include "storage/block_codec.hpp"
#include "storage/record_bytes.hpp"

#include <bit>
#include <cmath>
#include <functional>
#include <limits>
#include <random>

#include <boost/test/unit_test.hpp>

using namespace nightjar::storage;

namespace {

constexpr sensor_id sensor = 7;

bool same(const stored_measurement& a, const stored_measurement& b) {
    return a.id == b.id && a.sensor == b.sensor && a.event_offset_ms == b.event_offset_ms &&
           std::bit_cast<std::uint64_t>(a.value) == std::bit_cast<std::uint64_t>(b.value);
}

// Packs all rows, block after block; returns the bytes.
std::size_t round_trip(const std::vector<stored_measurement>& rows) {
    std::string memory;
    std::size_t done = 0, bytes = 0;
    while (done < rows.size()) {
        const auto rest = std::span(rows).subspan(done);
        const auto packed = pack_block(rest.first(std::min<std::size_t>(rest.size(), 256)), done, memory);
        BOOST_REQUIRE(packed.rows > 0);
        BOOST_REQUIRE(packed.value.size() <= 656);
        const auto key = block_key(sensor, rest[packed.rows - 1].id);
        const auto block = read_block(key, packed.value);
        BOOST_REQUIRE(block.rows.size() == packed.rows);
        aggregate expected;
        for (std::size_t i = 0; i < packed.rows; ++i) {
            BOOST_REQUIRE(same(block.rows[i], rest[i]));
            expected.add(rest[i].value);
            BOOST_REQUIRE(block.head.earliest_ms <= rest[i].time_ms());
            BOOST_REQUIRE(block.head.latest_ms >= rest[i].time_ms());
        }
        const auto head = read_block_head(key, packed.value);
        BOOST_TEST(head.rows_before == done);
        BOOST_TEST(head.count == packed.rows);
        BOOST_TEST(head.first == rest.front().id);
        BOOST_TEST(head.last == rest[packed.rows - 1].id);
        BOOST_TEST(head.values.min == expected.min);
        BOOST_TEST(head.values.max == expected.max);
        done += packed.rows;
        bytes += packed.value.size();
    }
    return bytes;
}

std::vector<stored_measurement> make(
    std::size_t count, const std::function<double(std::size_t)>& value,
    const std::function<std::int64_t(std::size_t)>& offset = [](auto) { return 0; }) {
    std::mt19937_64 random(5);
    std::vector<stored_measurement> rows;
    measurement_id id = 1'700'000'000'000'000;
    for (std::size_t i = 0; i < count; ++i) {
        id += 1'000'000 + random() % 2'000;
        rows.push_back({id, sensor, offset(i), value(i)});
    }
    return rows;
}

} // namespace

BOOST_AUTO_TEST_SUITE(block_codec_)

BOOST_AUTO_TEST_CASE(decimals_are_small) {
    std::mt19937_64 random(3);
    double value = 20;
    const auto rows = make(20'000, [&](auto) {
        value += (static_cast<double>(random() % 11) - 5) / 10;
        return std::round(value * 100) / 100;
    });
    BOOST_TEST(round_trip(rows) < rows.size() * 5);
}

BOOST_AUTO_TEST_CASE(any_double) {
    std::mt19937_64 random(4);
    const auto any = [&](auto) {
        for (;;)
            if (const auto value = std::bit_cast<double>(random()); std::isfinite(value)) return value;
    };
    round_trip(make(5'000, any));
}

BOOST_AUTO_TEST_CASE(extremes) {
    using limits = std::numeric_limits<double>;
    const std::vector<double> odd{
        0.0,  -0.0, limits::max(), limits::lowest(),        limits::min(),           limits::denorm_min(),
        0.1,  1e9,  -1e-9,         9'007'199'254'740'991.0, 9'007'199'254'740'994.0, 1.0 / 3,
        1e300};
    for (std::size_t first = 0; first < odd.size(); ++first) {
        round_trip(make(1, [&](auto) { return odd[first]; }));
        round_trip(make(100, [&](auto i) { return odd[(first + i * i) % odd.size()]; }));
    }
    round_trip({{0, sensor, std::numeric_limits<std::int64_t>::min() / 2, 1},
                {1, sensor, std::numeric_limits<std::int64_t>::max() / 2, 2},
                {std::numeric_limits<measurement_id>::max(), sensor, 0, 3}});
}

BOOST_AUTO_TEST_CASE(offsets) {
    std::mt19937_64 random(6);
    const auto value = [](std::size_t i) { return static_cast<double>(i % 10); };
    const auto steady = round_trip(make(2'000, value, [](auto) { return -86'400'000; }));
    const auto none = round_trip(make(2'000, value));
    BOOST_TEST(steady <= none + 200U);
    round_trip(
        make(2'000, value, [&](auto i) { return i % 7 < 4 ? 0 : static_cast<std::int64_t>(random() % 1'000) - 500; }));
}

BOOST_AUTO_TEST_CASE(damage_is_seen) {
    std::string memory;
    const auto rows = make(300, [](std::size_t i) { return static_cast<double>(i) / 10; });
    const auto packed = pack_block(rows, 0, memory);
    const auto key = block_key(sensor, rows[packed.rows - 1].id);
    for (std::size_t at = 0; at < packed.value.size(); at += 7) {
        std::string broken(packed.value);
        broken[at] = static_cast<char>(broken[at] ^ 0x10);
        BOOST_CHECK_THROW(read_block(key, broken), damaged_record);
        BOOST_CHECK_THROW(read_block_head(key, broken), damaged_record);
    }
    BOOST_CHECK_THROW(read_block(key, packed.value.substr(0, 40)), damaged_record);
}

BOOST_AUTO_TEST_SUITE_END()
