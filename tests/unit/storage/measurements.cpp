// Queries against a plain list, over many commits, blocks, and a restart.
#include "tests/unit/storage/fixture.hpp"

#include <algorithm>
#include <random>

#include <boost/test/unit_test.hpp>

using namespace nightjar::storage;
using namespace nightjar::storage::test;

namespace {

constexpr std::int64_t start_us = 1'700'000'000'000'000;
constexpr auto budget = std::chrono::milliseconds(1000);

struct model {
    std::vector<stored_measurement> rows; // by id

    std::vector<stored_measurement> query(const measurement_query& q) const {
        std::vector<stored_measurement> out;
        for (const auto& r : rows) {
            if (q.sensor && r.sensor != *q.sensor) continue;
            if (q.from_ms && r.time_ms() < *q.from_ms) continue;
            if (q.to_ms && r.time_ms() > *q.to_ms) continue;
            if (q.before && (q.ascending ? r.id <= *q.before : r.id >= *q.before)) continue;
            out.push_back(r);
        }
        if (!q.ascending) std::reverse(out.begin(), out.end());
        out.resize(std::min(out.size(), q.limit));
        return out;
    }
};

void fill(store& s, writer& w, model& m, std::mt19937& random, int batches, std::int64_t& now) {
    for (int b = 0; b < batches; ++b) {
        write_batch batch;
        const auto count = random() % 300;
        for (unsigned i = 0; i < count; ++i) {
            now += static_cast<std::int64_t>(random() % 5000);
            const auto offset = random() % 10 == 0 ? static_cast<std::int32_t>(random() % 20'000) - 10'000 : 0;
            const auto sensor = static_cast<sensor_id>(1 + random() % 5);
            batch.measurements.push_back({sensor, offset, now, static_cast<double>(random())});
            const auto id = std::max(static_cast<measurement_id>(now), m.rows.empty() ? 0 : m.rows.back().id + 1);
            m.rows.push_back({id, sensor, offset, batch.measurements.back().value});
        }
        if (!batch.empty()) BOOST_REQUIRE(!w.commit(s, std::move(batch)));
    }
}

void compare(const store& s, const model& m, std::mt19937& random) {
    for (int i = 0; i < 300; ++i) {
        measurement_query q;
        if (random() % 3 != 0) q.sensor = static_cast<sensor_id>(1 + random() % 6);
        const auto any = [&] { return m.rows[random() % m.rows.size()]; };
        if (random() % 3 == 0) q.from_ms = any().time_ms();
        if (random() % 3 == 0) q.to_ms = any().time_ms();
        if (random() % 3 == 0) q.before = any().id;
        q.ascending = random() % 2 == 0;
        q.limit = 1 + random() % 2000;
        const auto got = s.measurements().query(q, budget).rows;
        const auto expected = m.query(q);
        BOOST_REQUIRE(got.size() == expected.size());
        for (std::size_t k = 0; k < got.size(); ++k) {
            BOOST_REQUIRE(got[k].id == expected[k].id);
            BOOST_REQUIRE(got[k].sensor == expected[k].sensor);
            BOOST_REQUIRE(got[k].value == expected[k].value);
            BOOST_REQUIRE(got[k].event_offset_ms == expected[k].event_offset_ms);
        }
    }
}

} // namespace

BOOST_AUTO_TEST_SUITE(measurements_)

BOOST_AUTO_TEST_CASE(answers_as_a_list_would_also_after_restarts) {
    const directory where;
    std::mt19937 random(11);
    model m;
    std::int64_t now = start_us;
    for (int round = 0; round < 3; ++round) {
        const auto s = open(where);
        writer w;
        if (!m.rows.empty()) compare(*s, m, random);
        fill(*s, w, m, random, 15, now);
        compare(*s, m, random);
        BOOST_TEST(s->measurements().count() == m.rows.size());
        for (sensor_id sensor = 1; sensor <= 5; ++sensor) {
            measurement_query all;
            all.sensor = sensor;
            all.limit = SIZE_MAX;
            const auto expected = m.query(all);
            const auto summary = s->measurements().summary(sensor);
            BOOST_TEST(summary.count == expected.size());
            BOOST_TEST(summary.last->id == expected.front().id);
            BOOST_TEST(summary.first->id == expected.back().id);
            BOOST_TEST(s->measurements().last(sensor)->value == expected.front().value);
        }
    }
}

BOOST_AUTO_TEST_CASE(ids_grow_although_the_clock_goes_back) {
    const directory where;
    const auto s = open(where);
    writer w;
    BOOST_TEST(!w.commit(*s, values(1, start_us, 10)));
    BOOST_TEST(!w.commit(*s, values(1, start_us - 3'600'000'000, 10)));
    const auto page = s->measurements().query({}, budget);
    BOOST_REQUIRE(page.rows.size() == 20U);
    BOOST_TEST(std::is_sorted(page.rows.begin(), page.rows.end(), [](auto& a, auto& b) { return a.id > b.id; }));
}

BOOST_AUTO_TEST_CASE(times_are_right_although_the_clock_goes_back) {
    constexpr std::int64_t hour_us = 3'600'000'000, year_us = 365 * 24 * hour_us;
    const directory where;
    const auto s = open(where);
    writer w;
    BOOST_TEST(!w.commit(*s, values(1, start_us, 10)));
    write_batch batch;
    batch.measurements.push_back({1, 0, start_us - hour_us, 1});
    batch.measurements.push_back({1, -5'000, start_us - hour_us, 2});
    batch.measurements.push_back({1, 0, start_us - year_us, 3});
    BOOST_TEST(!w.commit(*s, std::move(batch)));
    measurement_query newest;
    newest.limit = 3;
    const auto rows = s->measurements().query(newest, budget).rows;
    BOOST_REQUIRE(rows.size() == 3U);
    BOOST_TEST(rows[2].time_ms() == (start_us - hour_us) / 1000);
    BOOST_TEST(rows[1].time_ms() == (start_us - hour_us) / 1000 - 5'000);
    BOOST_TEST(rows[0].time_ms() == (start_us - year_us) / 1000);
    measurement_query then;
    then.to_ms = start_us / 1000 - 1000;
    BOOST_TEST(s->measurements().query(then, budget).rows.size() == 3U);
}

BOOST_AUTO_TEST_CASE(told_times_are_kept_to_the_millisecond) {
    const directory where;
    writer w;
    write_batch batch;
    const std::int64_t arrivals[] = {start_us, start_us - 1'000, start_us - 999'000, start_us + 5'000'000, start_us};
    for (const auto arrival : arrivals) batch.history.push_back({1, 7, arrival, 0});
    {
        const auto s = open(where);
        BOOST_TEST(!w.commit(*s, std::move(batch)));
        BOOST_TEST(s->stats().rows == 5U);
    }
    const auto s = open(where);
    measurement_query all;
    all.ascending = true;
    const auto rows = s->measurements().query(all, budget).rows;
    BOOST_REQUIRE(rows.size() == 5U);
    BOOST_TEST(rows[0].id == static_cast<measurement_id>(start_us));
    for (std::size_t i = 0; i < rows.size(); ++i) BOOST_TEST(rows[i].time_ms() == arrivals[i] / 1000 + 7);
}

BOOST_AUTO_TEST_CASE(pages_follow_each_other) {
    const directory where;
    const auto s = open(where);
    writer w;
    BOOST_TEST(!w.commit(*s, values(1, start_us, 1000)));
    for (const bool ascending : {false, true}) {
        measurement_query q;
        q.sensor = 1;
        q.limit = 77;
        q.ascending = ascending;
        std::size_t seen = 0;
        for (;;) {
            const auto page = s->measurements().query(q, budget);
            seen += page.rows.size();
            if (!page.next) break;
            q.before = page.next;
        }
        BOOST_TEST(seen == 1000U);
    }
}

BOOST_AUTO_TEST_CASE(a_query_stops_when_its_time_is_up) {
    const directory where;
    const auto s = open(where);
    writer w;
    BOOST_TEST(!w.commit(*s, values(1, start_us, 5000)));
    measurement_query q;
    q.from_ms = 0;
    q.limit = SIZE_MAX;
    const auto page = s->measurements().query(q, std::chrono::milliseconds(0));
    BOOST_TEST(page.out_of_time);
    BOOST_TEST(page.rows.size() < 5000U);
    BOOST_TEST(page.next.has_value());
}

BOOST_AUTO_TEST_CASE(a_seldom_sensor_is_found_among_many_rows) {
    const directory where;
    {
        const auto s = open(where);
        writer w;
        BOOST_TEST(!w.commit(*s, values(9, start_us, 3)));
        for (int i = 0; i < 12; ++i) w.submit(*s, values(1, start_us + 1'000'000 * (i + 1), 50'000));
        BOOST_TEST(!w.wait());
    }
    const auto s = open(where);
    BOOST_TEST(s->measurements().summary(9).count == 3U);
    BOOST_TEST(s->measurements().summary(1).count == 600'000U);
    measurement_query q;
    q.sensor = 9;
    BOOST_TEST(s->measurements().query(q, budget).rows.size() == 3U);
}

BOOST_AUTO_TEST_SUITE_END()
