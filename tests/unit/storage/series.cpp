// Charts against a plain list: from blocks, from hours, while rows move from the log into both, after restarts; and
// what goes when it was kept long enough.
#include "storage/measurement_table.hpp"
#include "storage/record_bytes.hpp"
#include "tests/unit/storage/fixture.hpp"

#include <atomic>
#include <cmath>
#include <random>
#include <thread>

#include <boost/test/unit_test.hpp>

using namespace nightjar::storage;
using namespace nightjar::storage::test;

namespace {

constexpr std::int64_t start_ms = 1'700'000'000'000 / hour_table::day_ms * hour_table::day_ms;
constexpr auto budget = std::chrono::milliseconds(1000);

struct point {
    sensor_id sensor;
    std::int64_t time_ms;
    double value;
};

series read(const store& s, sensor_id sensor, std::int64_t from_ms, std::int64_t step_ms, std::size_t steps,
            std::chrono::milliseconds time = budget) {
    series result;
    result.sensor = sensor;
    result.from_ms = from_ms;
    result.step_ms = step_ms;
    result.steps.resize(steps);
    while (!result.complete) s.measurements().read(result, time);
    return result;
}

void compare(const store& s, const std::vector<point>& points, std::mt19937& random) {
    const std::int64_t steps_ms[] = {1'000, 60'000, 333'333, hour_table::hour_ms, 6 * hour_table::hour_ms};
    for (int i = 0; i < 100; ++i) {
        const auto sensor = static_cast<sensor_id>(1 + random() % 4);
        const auto step = steps_ms[random() % std::size(steps_ms)];
        const auto hours = static_cast<std::int64_t>(random() % 72);
        const auto from = start_ms + hours * hour_table::hour_ms + (step % hour_table::hour_ms == 0 ? 0 : 12'345);
        const auto got = read(s, sensor, from, step, 50, std::chrono::milliseconds(random() % 2 * 1000));
        std::vector<aggregate> expected(50);
        for (const auto& p : points)
            if (p.sensor == sensor && p.time_ms >= from && p.time_ms < from + 50 * step)
                expected[static_cast<std::size_t>((p.time_ms - from) / step)].add(p.value);
        for (std::size_t k = 0; k < expected.size(); ++k) {
            BOOST_REQUIRE(got.steps[k].count == expected[k].count);
            if (expected[k].count == 0) continue;
            BOOST_REQUIRE(got.steps[k].min == expected[k].min);
            BOOST_REQUIRE(got.steps[k].max == expected[k].max);
            BOOST_REQUIRE(std::abs(got.steps[k].mean - expected[k].mean) < 1e-9);
            BOOST_REQUIRE(std::abs(got.steps[k].squares - expected[k].squares) < 1e-6);
        }
    }
}

// That the extent holds all of them, and not much more.
void compare_extents(const store& s, const std::vector<point>& points) {
    for (sensor_id sensor = 1; sensor <= 4; ++sensor) {
        auto earliest = points.back().time_ms, latest = std::int64_t{0};
        for (const auto& p : points) {
            if (p.sensor != sensor) continue;
            earliest = std::min(earliest, p.time_ms);
            latest = std::max(latest, p.time_ms);
        }
        const auto known = s.measurements().extent(sensor);
        BOOST_TEST(known.earliest_ms <= earliest);
        BOOST_TEST(known.earliest_ms > earliest - hour_table::hour_ms);
        BOOST_TEST(known.latest_ms >= latest);
        BOOST_TEST(known.latest_ms < latest + hour_table::hour_ms);
    }
}

// Three days of one sensor that often reports, and of others that do not.
void fill(store& s, writer& w, std::vector<point>& points, std::mt19937& random, std::int64_t& now_ms, int batches) {
    for (int b = 0; b < batches; ++b) {
        write_batch batch;
        for (int i = 0; i < 200; ++i) {
            now_ms += static_cast<std::int64_t>(random() % 20'000);
            const auto sensor = static_cast<sensor_id>(random() % 20 < 17 ? 1 : 1 + random() % 4);
            const auto offset = random() % 5 == 0 ? -static_cast<std::int32_t>(random() % 7'200'000) : 0;
            const auto value = std::round(std::sin(static_cast<double>(now_ms) / 1e7) * 1000) / 100;
            batch.measurements.push_back({sensor, offset, now_ms * 1000, value});
            points.push_back({sensor, now_ms + offset, value});
        }
        BOOST_REQUIRE(!w.commit(s, std::move(batch)));
    }
}

std::uint64_t rows_of(const series& s) {
    std::uint64_t all = 0;
    for (const auto& step : s.steps) all += step.count;
    return all;
}

} // namespace

BOOST_AUTO_TEST_SUITE(series_)

BOOST_AUTO_TEST_CASE(answers_as_a_list_would_also_after_restarts) {
    const directory where;
    std::mt19937 random(21);
    std::vector<point> points;
    auto now = start_ms;
    for (int round = 0; round < 3; ++round) {
        const auto s = open(where);
        writer w;
        if (!points.empty()) compare(*s, points, random);
        fill(*s, w, points, random, now, 45);
        compare(*s, points, random);
        compare_extents(*s, points);
        BOOST_TEST(s->measurements().count() == points.size());
    }
}

// A device that sends what it has gathered, the newest first; before and after the rows have gone into blocks.
BOOST_AUTO_TEST_CASE(the_extent_is_of_times_and_not_of_arrival) {
    const directory where;
    const auto s = open(where);
    writer w;
    BOOST_TEST(s->measurements().extent(1).latest_ms < s->measurements().extent(1).earliest_ms);
    for (const int count : {10, 3000}) {
        write_batch batch;
        for (int i = 0; i < count; ++i)
            batch.measurements.push_back({1, -i * 1000, (start_ms + 86'000'000) * 1000, 1.0});
        BOOST_REQUIRE(!w.commit(*s, std::move(batch)));
        const auto known = s->measurements().extent(1);
        BOOST_TEST(known.earliest_ms == start_ms + 86'000'000 - (count - 1) * 1000);
        BOOST_TEST(known.latest_ms >= start_ms + 86'000'000);
        BOOST_TEST(known.latest_ms < start_ms + hour_table::day_ms);
    }
}

BOOST_AUTO_TEST_CASE(nothing_is_counted_twice_while_rows_move) {
    const directory where;
    const auto s = open(where);
    writer w;
    std::atomic<std::uint64_t> submitted{0}; // a reader may see what is on disk before summary() tells of it
    std::jthread writing([&](const std::stop_token& stop) {
        auto now = start_ms * 1000;
        for (int i = 0; i < 300 && !stop.stop_requested(); ++i, now += 100'000) {
            submitted += 100;
            if (w.commit(*s, values(1, now, 100))) return;
        }
    });
    std::uint64_t before = 0;
    while (before < 30'000) {
        const auto floor = s->measurements().summary(1).count;
        const auto hours = rows_of(read(*s, 1, start_ms, hour_table::hour_ms, 24));
        const auto blocks = rows_of(read(*s, 1, start_ms, 90'000, 100));
        const auto ceiling = submitted.load();
        BOOST_REQUIRE(hours >= floor);
        BOOST_REQUIRE(hours <= ceiling);
        BOOST_REQUIRE(blocks >= floor);
        BOOST_REQUIRE(blocks <= ceiling);
        before = floor;
    }
}

BOOST_AUTO_TEST_CASE(what_was_kept_long_enough_goes) {
    const directory where;
    const auto now =
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
            .count();
    const auto today = now / hour_table::day_ms * hour_table::day_ms;
    const auto days_ago = [&](int days) { return (today - days * hour_table::day_ms) * 1000; };
    const auto s = open(where);
    writer w;
    for (int days = 20; days >= 0; --days)
        for (sensor_id sensor = 1; sensor <= 3; ++sensor)
            BOOST_REQUIRE(!w.commit(*s, values(sensor, days_ago(days), 1000)));
    s->keep(5, 10); // the store has nothing else to do for a minute
    const auto day = hour_table::day_ms;
    const auto gone = [&] {
        return rows_of(read(*s, 3, today - 30 * day, day, 20)) == 0 && s->measurements().count() < 3 * 7500;
    };
    for (int i = 0; i < 500 && !gone(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(20));
    BOOST_TEST(gone());
    BOOST_TEST(rows_of(read(*s, 1, today - 10 * day, day, 11)) == 11'000U); // hours are kept for ten days
    measurement_query recent;
    recent.from_ms = today - 5 * day;
    recent.limit = SIZE_MAX;
    BOOST_TEST(s->measurements().query(recent, budget).rows.size() == 3 * 6'000U);
    measurement_query all;
    all.limit = SIZE_MAX;
    BOOST_TEST(s->measurements().query(all, budget).rows.size() == s->measurements().count());
    BOOST_TEST(!w.commit(*s, values(1, days_ago(0) + 1'000'000, 5)));
    BOOST_TEST(s->measurements().summary(1).count + s->measurements().summary(2).count +
                   s->measurements().summary(3).count ==
               s->measurements().count());
}

BOOST_AUTO_TEST_CASE(a_store_of_schema_1_is_taken_over) {
    const directory where;
    std::vector<point> points;
    open(where).reset();
    {
        const lmdb::environment env(where.path / "nightjar.mdb", std::size_t{1} << 28);
        lmdb::transaction txn(env, lmdb::transaction::kind::write);
        std::string memory;
        for (sensor_id sensor = 1; sensor <= 2; ++sensor)
            for (std::uint64_t n = 0; n < 10; ++n) {
                record_writer out(1, memory);
                out.number(n * 50);
                out.number(measurement_id{1});
                out.number(std::uint16_t{50});
                measurement_id id = 0;
                for (std::uint64_t i = 0; i < 50; ++i) {
                    id = static_cast<measurement_id>(start_ms) * 1000 + (n * 50 + i) * 60'000'000 + sensor;
                    const auto value = static_cast<double>(i);
                    out.number(id);
                    out.number(std::int32_t{-1000});
                    out.real(value);
                    points.push_back({sensor, static_cast<std::int64_t>(id / 1000) - 1000, value});
                    std::string row;
                    record_writer raw(1, row);
                    raw.number(sensor);
                    raw.number(std::int32_t{-1000});
                    raw.real(value);
                    const auto key = big_endian(id);
                    txn.put(txn.open("measurements"), view<measurement_id>(key), raw.finish(view<measurement_id>(key)));
                }
                const auto key = block_key(sensor, id);
                txn.put(txn.open("blocks"), key, out.finish(key));
            }
        const auto one = big_endian(std::uint32_t{1}), offset = big_endian(std::uint32_t{1000});
        txn.put(txn.open("meta"), "schema", view<std::uint32_t>(one));
        txn.put(txn.open("meta"), "largest_offset", view<std::uint32_t>(offset));
        txn.commit();
    }
    std::mt19937 random(8);
    auto now = start_ms + 2 * hour_table::day_ms;
    for (int round = 0; round < 2; ++round) {
        const auto s = open(where);
        writer w;
        compare(*s, points, random);
        fill(*s, w, points, random, now, 10);
        compare(*s, points, random);
        BOOST_TEST(s->measurements().count() == points.size());
        measurement_query all;
        all.limit = SIZE_MAX;
        BOOST_TEST(s->measurements().query(all, budget).rows.size() == points.size());
    }
}

BOOST_AUTO_TEST_SUITE_END()
