// Removing a sensor: gone at once for who reads, off the disk soon, and never mixed with what comes after.
#include "storage/lmdb.hpp"
#include "storage/verify.hpp"
#include "tests/unit/storage/fixture.hpp"

#include <chrono>
#include <thread>

#include <boost/test/unit_test.hpp>

using namespace nightjar::storage;
using namespace nightjar::storage::test;

namespace {

constexpr std::int64_t start_us = 1'700'000'000'000'000;

write_batch known(sensor_id id, std::uint32_t revision = 0) {
    write_batch batch;
    sensor_record record;
    record.id = id;
    record.revision = revision;
    batch.sensors.push_back(record);
    return batch;
}

write_batch removal(sensor_id id, std::uint32_t revision = 0) {
    write_batch batch;
    batch.remove_sensor({id, revision});
    return batch;
}

std::size_t rows_of(const store& s, std::optional<sensor_id> sensor) {
    measurement_query what;
    what.sensor = sensor;
    what.limit = SIZE_MAX;
    return s.measurements().query(what, std::chrono::seconds(10)).rows.size();
}

double in_hours(const store& s, sensor_id sensor) {
    series what;
    what.sensor = sensor;
    what.step_ms = 3'600'000;
    what.from_ms = start_us / 1000 / what.step_ms * what.step_ms;
    what.steps.resize(2);
    s.measurements().read(what);
    return static_cast<double>(what.steps[0].count + what.steps[1].count);
}

} // namespace

BOOST_AUTO_TEST_SUITE(removal_)

BOOST_AUTO_TEST_CASE(what_comes_after_is_not_mixed_with_what_was) {
    const directory where;
    {
        auto s = open(where);
        writer w;
        BOOST_REQUIRE(!w.commit(*s, known(3)));
        BOOST_REQUIRE(!w.commit(*s, known(4)));
        BOOST_REQUIRE(!w.commit(*s, values(3, start_us, 20'000)));
        BOOST_REQUIRE(!w.commit(*s, values(4, start_us + 20'000, 10)));
        BOOST_REQUIRE(!w.commit(*s, removal(3)));
        BOOST_TEST(rows_of(*s, 3) == 0U);
        BOOST_TEST(rows_of(*s, {}) == 10U);
        BOOST_TEST(s->measurements().count() == 10U);
        BOOST_TEST(!s->sensor_table().find(3).has_value());
        BOOST_TEST(in_hours(*s, 3) == 0);
        BOOST_REQUIRE(!w.commit(*s, known(3, 1)));
        BOOST_REQUIRE(!w.commit(*s, values(3, start_us + 30'000, 700)));
        BOOST_TEST(rows_of(*s, 3) == 700U);
        BOOST_TEST(rows_of(*s, {}) == 710U);
        BOOST_TEST(in_hours(*s, 3) == 700);
    }
    const auto s = open(where); // whatever was still to be removed
    BOOST_TEST(rows_of(*s, 3) == 700U);
    BOOST_TEST(rows_of(*s, {}) == 710U);
    BOOST_TEST(s->measurements().summary(3).count == 700U);
    BOOST_TEST(in_hours(*s, 3) == 700);
}

BOOST_AUTO_TEST_CASE(in_the_end_nothing_is_on_disk) {
    const directory where;
    {
        auto s = open(where);
        writer w;
        BOOST_REQUIRE(!w.commit(*s, known(3)));
        BOOST_REQUIRE(!w.commit(*s, values(3, start_us, 20'000)));
        BOOST_REQUIRE(!w.commit(*s, removal(3)));
    }
    const auto file = store::files_in(where.path).front();
    const auto clean = [&] { // its record of the removal goes last, then no row may be left without a sensor
        const lmdb::environment env(file, lmdb::environment::read_alone);
        lmdb::transaction txn(env, lmdb::transaction::kind::read);
        return txn.entries(*txn.find("removals")) == 0;
    };
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!clean() && std::chrono::steady_clock::now() < until) {
        const auto s = open(where); // a start tidies too
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    BOOST_REQUIRE(clean());
    BOOST_TEST(verify(file, verify_what::records_and_references) == "");
    const lmdb::environment env(file, lmdb::environment::read_alone);
    lmdb::transaction txn(env, lmdb::transaction::kind::read);
    for (const auto* table : {"sensors", "measurements", "blocks", "hours"})
        BOOST_TEST(txn.entries(*txn.find(table)) == 0U);
}

BOOST_AUTO_TEST_CASE(the_largest_id_that_was_given_outlives_its_sensor) {
    const directory where;
    const auto given = [&] { return open(where)->sensor_table().largest_given(); };
    const auto commit = [&](write_batch batch) {
        const auto s = open(where);
        writer w;
        BOOST_REQUIRE(!w.commit(*s, std::move(batch)));
    };
    BOOST_TEST(given() == 0U);
    commit(known(100'003));
    commit(known(100'002));
    auto own = known(200'000);
    own.sensors[0].source = "measurement";
    commit(std::move(own));
    BOOST_TEST(given() == 100'003U);
    {
        const lmdb::environment env(where.path / "nightjar.mdb", std::size_t{1} << 30);
        lmdb::transaction txn(env, lmdb::transaction::kind::write);
        txn.remove(txn.open("meta"), "largest_given_sensor"); // as an early version leaves it
        txn.commit();
    }
    commit(removal(100'003));
    BOOST_TEST(given() == 100'003U);
    const auto s = open(where);
    writer w;
    BOOST_REQUIRE(!w.commit(*s, removal(100'007)));
    BOOST_REQUIRE(!w.commit(*s, known(100'007))); // of another worker, late
    BOOST_TEST(!s->sensor_table().find(100'007).has_value());
    BOOST_TEST(s->sensor_table().largest_given() == 100'007U);
}

BOOST_AUTO_TEST_CASE(a_late_worker_brings_nothing_back) {
    const directory where;
    auto s = open(where);
    writer w;
    BOOST_REQUIRE(!w.commit(*s, known(3, 4)));
    BOOST_REQUIRE(!w.commit(*s, removal(3, 4)));
    auto late = known(3, 4);
    late.measurements = values(3, start_us, 5).measurements;
    BOOST_REQUIRE(!w.commit(*s, std::move(late)));
    BOOST_TEST(!s->sensor_table().find(3).has_value());
    BOOST_TEST(rows_of(*s, {}) == 0U);
    BOOST_REQUIRE(!w.commit(*s, known(3, 5)));
    BOOST_TEST(s->sensor_table().find(3).has_value());
}

BOOST_AUTO_TEST_CASE(a_removal_that_comes_late_takes_nothing_new) {
    const directory where;
    auto s = open(where);
    writer w;
    BOOST_REQUIRE(!w.commit(*s, known(3, 4)));
    auto again = known(3, 5); // by another worker, faster
    again.measurements = values(3, start_us, 5).measurements;
    BOOST_REQUIRE(!w.commit(*s, std::move(again)));
    BOOST_REQUIRE(!w.commit(*s, removal(3, 4)));
    BOOST_TEST(s->sensor_table().find(3)->revision == 5U);
    BOOST_TEST(rows_of(*s, 3) == 5U);
}

BOOST_AUTO_TEST_CASE(an_older_record_does_not_take_the_place_of_a_newer_one) {
    const directory where;
    auto s = open(where);
    writer w;
    auto newer = known(3, 2);
    newer.sensors[0].name = "newer";
    newer.sensors[0].range = sensor_range{1, 2};
    BOOST_REQUIRE(!w.commit(*s, std::move(newer)));
    BOOST_REQUIRE(!w.commit(*s, known(3, 1)));
    const auto kept = s->sensor_table().find(3);
    BOOST_TEST(kept->name == "newer");
    BOOST_TEST(kept->range->max == 2);
}

BOOST_AUTO_TEST_SUITE_END()
