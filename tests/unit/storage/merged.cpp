// A sensor that was merged into another one: what is stored of both is read as one, in the order of its ids.
#include "storage/sensors.hpp"
#include "tests/unit/storage/fixture.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

#include <boost/test/unit_test.hpp>

using namespace nightjar::storage;
using namespace nightjar::storage::test;

namespace {

constexpr std::int64_t start_us = 1'700'000'000'000'000;
constexpr std::int64_t hour_ms = 3'600'000;

write_batch known(sensor_id id, std::uint32_t revision = 0, sensor_id into = 0) {
    write_batch batch;
    sensor_record record;
    record.id = id;
    record.revision = revision;
    record.merged_into = into;
    batch.sensors.push_back(record);
    return batch;
}

std::vector<measurement_id> ids(const std::vector<stored_measurement>& rows) {
    std::vector<measurement_id> all;
    for (const auto& row : rows) all.push_back(row.id);
    return all;
}

// All of them, page by page.
std::vector<stored_measurement> pages(const store& s, measurement_query what) {
    std::vector<stored_measurement> all;
    for (;;) {
        const auto page = s.measurements().query(what, std::chrono::seconds(1));
        all.insert(all.end(), page.rows.begin(), page.rows.end());
        if (!page.next) return all;
        BOOST_REQUIRE(page.rows.size() <= what.limit);
        what.before = page.next;
    }
}

std::uint64_t in_series(const store& s, sensor_id sensor, std::int64_t step_ms) {
    series what;
    what.sensor = sensor;
    what.step_ms = step_ms;
    what.from_ms = start_us / 1000 / hour_ms * hour_ms;
    what.steps.resize(static_cast<std::size_t>(4 * hour_ms / step_ms));
    while (!what.complete) s.measurements().read(what, std::chrono::milliseconds(1));
    std::uint64_t sum = 0;
    for (const auto& step : what.steps) sum += step.count;
    return sum;
}

struct two {
    directory where;
    std::unique_ptr<store> s = open(where);
    writer w;

    // 3 and 7 in turn, into blocks and tails; 4 besides.
    two() {
        for (const sensor_id id : {3U, 4U, 7U}) BOOST_REQUIRE(!w.commit(*s, known(id)));
        for (int i = 0; i < 20; ++i) {
            BOOST_REQUIRE(!w.commit(*s, values(3, start_us + i * 1000, 150)));
            BOOST_REQUIRE(!w.commit(*s, values(7, start_us + i * 1000 + 300, 70)));
        }
        BOOST_REQUIRE(!w.commit(*s, values(4, start_us + 30'000, 10)));
    }
    void check(std::size_t count) {
        for (const std::size_t limit : {1000U, 7U * 41U}) {
            for (const bool ascending : {false, true}) {
                measurement_query what;
                what.sensor = 3;
                what.limit = limit;
                what.ascending = ascending;
                const auto rows = pages(*s, what);
                BOOST_TEST(rows.size() == count);
                auto sorted = ids(rows);
                if (!ascending) std::reverse(sorted.begin(), sorted.end());
                BOOST_TEST(std::is_sorted(sorted.begin(), sorted.end()));
                BOOST_TEST((std::adjacent_find(sorted.begin(), sorted.end()) == sorted.end()));
                BOOST_TEST(std::all_of(rows.begin(), rows.end(), [](const auto& row) { return row.sensor == 3; }));
            }
        }
        const auto sum = s->measurements().summary(3);
        BOOST_TEST(sum.count == count);
        BOOST_TEST(sum.first->id == static_cast<measurement_id>(start_us));
        BOOST_TEST(sum.last->id == s->measurements().last(3)->id);
        BOOST_TEST(sum.last->sensor == 3U);
        BOOST_TEST(in_series(*s, 3, hour_ms) == count);
        BOOST_TEST(in_series(*s, 3, 60'000) == count);
    }
};

} // namespace

BOOST_AUTO_TEST_SUITE(merged_)

BOOST_AUTO_TEST_CASE(the_values_of_both_are_read_as_one) {
    two t;
    BOOST_REQUIRE(!t.w.commit(*t.s, known(7, 1, 3)));
    t.check(20 * 220);
    measurement_query all;
    const auto rows = pages(*t.s, all);
    BOOST_TEST(rows.size() == 20U * 220 + 10);
    BOOST_TEST(std::none_of(rows.begin(), rows.end(), [](const auto& row) { return row.sensor == 7; }));
    t.s.reset();
    t.s = open(t.where);
    t.check(20 * 220);
}

BOOST_AUTO_TEST_CASE(what_comes_under_either_id_counts) {
    two t;
    BOOST_REQUIRE(!t.w.commit(*t.s, known(7, 1, 3)));
    BOOST_REQUIRE(!t.w.commit(*t.s, values(7, start_us + 40'000, 5)));
    BOOST_REQUIRE(!t.w.commit(*t.s, values(3, start_us + 50'000, 5)));
    t.check(20 * 220 + 10);
    BOOST_TEST(t.s->measurements().last(3)->id == static_cast<measurement_id>(start_us + 50'004));
}

BOOST_AUTO_TEST_CASE(it_is_no_sensor_any_more) {
    two t;
    BOOST_REQUIRE(!t.w.commit(*t.s, known(7, 1, 3)));
    for (int i = 0; i < 2; ++i) {
        const auto& sensors = t.s->sensor_table();
        BOOST_TEST(!sensors.find(7).has_value());
        BOOST_TEST(sensors.all().size() == 2U);
        BOOST_TEST(sensors.owner_of(7) == 3U);
        BOOST_TEST(sensors.owner_of(3) == 3U);
        BOOST_TEST((sensors.parts_of(3) == std::vector<sensor_id>{7}));
        BOOST_REQUIRE(sensors.merged().size() == 1U);
        BOOST_TEST(sensors.merged()[0].merged_into == 3U);
        BOOST_REQUIRE(!t.w.commit(*t.s, known(7, 0))); // late, of another worker
        t.s.reset();
        t.s = open(t.where);
    }
}

BOOST_AUTO_TEST_CASE(a_time_range_is_of_both) {
    two t;
    BOOST_REQUIRE(!t.w.commit(*t.s, known(7, 1, 3)));
    measurement_query what;
    what.sensor = 3;
    what.from_ms = start_us / 1000 + 5;
    what.to_ms = start_us / 1000 + 6;
    BOOST_TEST(pages(*t.s, what).size() == 440U);
}

BOOST_AUTO_TEST_CASE(taken_out_again_each_has_its_own) {
    two t;
    BOOST_REQUIRE(!t.w.commit(*t.s, known(7, 1, 3)));
    BOOST_REQUIRE(!t.w.commit(*t.s, known(7, 2)));
    BOOST_REQUIRE(!t.w.commit(*t.s, known(7, 1, 3))); // late, of another worker
    for (int i = 0; i < 2; ++i) {
        const auto& sensors = t.s->sensor_table();
        BOOST_TEST(sensors.owner_of(7) == 7U);
        BOOST_TEST(sensors.parts_of(3).empty());
        BOOST_TEST(sensors.find(7).has_value());
        BOOST_TEST(t.s->measurements().summary(3).count == 20U * 150);
        BOOST_TEST(t.s->measurements().summary(7).count == 20U * 70);
        t.s.reset();
        t.s = open(t.where);
    }
}

BOOST_AUTO_TEST_CASE(removing_the_whole_removes_its_parts) {
    two t;
    BOOST_REQUIRE(!t.w.commit(*t.s, known(7, 1, 3)));
    write_batch gone;
    gone.remove_sensor({7, 1});
    gone.remove_sensor({3, 0});
    BOOST_REQUIRE(!t.w.commit(*t.s, std::move(gone)));
    BOOST_TEST(!t.s->measurements().last(3).has_value());
    BOOST_TEST(t.s->measurements().count() == 10U);
    BOOST_TEST(t.s->sensor_table().owner_of(7) == 7U);
    BOOST_REQUIRE(!t.w.commit(*t.s, known(7, 2)));
    BOOST_REQUIRE(!t.w.commit(*t.s, values(7, start_us + 60'000, 3)));
    BOOST_TEST(t.s->measurements().summary(7).count == 3U);
    BOOST_TEST(t.s->measurements().summary(3).count == 0U);
}

BOOST_AUTO_TEST_CASE(of_a_part_no_value_is_kept_for_ever) {
    constexpr std::int64_t day_us = 24 * hour_ms * 1000;
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const auto today_us = std::chrono::duration_cast<std::chrono::microseconds>(now).count() / day_us * day_us;
    const directory where;
    {
        const auto s = open(where);
        writer w;
        for (const sensor_id id : {3U, 5U, 7U, 9U}) BOOST_REQUIRE(!w.commit(*s, known(id)));
        for (int days = 20; days > 10; --days)
            for (const sensor_id id : {7U, 9U}) BOOST_REQUIRE(!w.commit(*s, values(id, today_us - days * day_us, 700)));
        BOOST_REQUIRE(!w.commit(*s, values(3, today_us, 700)));
        BOOST_REQUIRE(!w.commit(*s, known(7, 1, 3)));
        BOOST_REQUIRE(!w.commit(*s, known(9, 1, 5))); // which has no value of its own
    }
    for (std::uint64_t more = 0; more < 2; ++more) {
        const auto s = open(where); // tidies when it begins
        s->keep(5, 30);
        const auto& values_of = s->measurements();
        for (int i = 0; i < 500 && values_of.summary(3).count > 700 + more; ++i)
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        BOOST_TEST(values_of.summary(3).count == 700 + more);
        BOOST_TEST(values_of.summary(3).first->id == static_cast<measurement_id>(today_us));
        BOOST_REQUIRE(values_of.last(5).has_value());
        BOOST_TEST(values_of.last(5)->id == static_cast<measurement_id>(today_us - 11 * day_us + 1399));
        const auto in_days = [&] {
            series what;
            what.sensor = 3;
            what.from_ms = today_us / 1000 - 20 * 24 * hour_ms;
            what.step_ms = 24 * hour_ms;
            what.steps.resize(21);
            while (!what.complete) values_of.read(what, std::chrono::milliseconds(1));
            std::uint64_t sum = 0;
            for (const auto& step : what.steps) sum += step.count;
            return sum;
        };
        BOOST_TEST(in_days() == 11U * 700 + more); // the hours are kept for longer
        BOOST_TEST(values_of.extent(3).earliest_ms == today_us / 1000 - 20 * 24 * hour_ms);
        writer w;
        BOOST_REQUIRE(!w.commit(*s, values(7, today_us + 1000, 1)));
        BOOST_TEST(values_of.summary(3).count == 701 + more);
        BOOST_TEST(in_days() == 11U * 700 + 1 + more);
    }
}

BOOST_AUTO_TEST_CASE(incidents_of_both_are_listed) {
    two t;
    write_batch batch;
    for (const sensor_id id : {3U, 4U, 7U}) {
        incident_record incident;
        incident.id = id;
        incident.sensor = id;
        batch.incidents.push_back(incident);
    }
    BOOST_REQUIRE(!t.w.commit(*t.s, std::move(batch)));
    incident_query what;
    what.sensor = 3;
    what.parts = {7};
    const auto found = t.s->incident_table().list(what);
    BOOST_REQUIRE(found.size() == 2U);
    BOOST_TEST(found[0].id == 7U);
    BOOST_TEST(found[1].id == 3U);
}

BOOST_AUTO_TEST_SUITE_END()
