// What was committed is there after a kill; what failed was not promised; many writers at once.
#include "tests/unit/storage/fixture.hpp"

#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>
#include <csignal>
#include <sys/wait.h>

using namespace nightjar::storage;
using namespace nightjar::storage::test;

namespace {

constexpr std::int64_t start_us = 1'700'000'000'000'000;

// Commits batches of ten until it is killed; writes a byte for each commit.
[[noreturn]] void commit_for_ever(const std::filesystem::path& path, int report) {
    const auto s = store::open({path, std::size_t{1} << 30});
    writer w;
    for (int i = 0;; ++i) {
        if (w.commit(*s, values(1, start_us + i * 1000, 10))) ::_exit(1);
        if (::write(report, "x", 1) != 1) ::_exit(1);
    }
}

} // namespace

BOOST_AUTO_TEST_SUITE(durability)

BOOST_AUTO_TEST_CASE(nothing_committed_is_lost_by_kill_9) {
    for (int round = 0; round < 5; ++round) {
        const directory where;
        int pipe[2];
        BOOST_REQUIRE(::pipe(pipe) == 0);
        const auto child = ::fork();
        if (child == 0) commit_for_ever(where.path, pipe[1]);
        ::close(pipe[1]);
        char byte;
        std::uint64_t reported = 0;
        for (int i = 0; i < 20 + round * 13; ++i) reported += ::read(pipe[0], &byte, 1) == 1 ? 1 : 0;
        ::kill(child, SIGKILL);
        while (::read(pipe[0], &byte, 1) == 1) ++reported;
        ::waitpid(child, nullptr, 0);
        ::close(pipe[0]);
        const auto s = open(where);
        BOOST_TEST(s->measurements().count() >= reported * 10);
        BOOST_TEST(s->measurements().count() % 10 == 0U); // a batch is all or nothing
        BOOST_TEST(s->measurements().summary(1).count == s->measurements().count());
    }
}

BOOST_AUTO_TEST_CASE(writers_share_commits) {
    const directory where;
    const auto s = open(where);
    std::vector<std::jthread> threads;
    for (sensor_id sensor = 1; sensor <= 4; ++sensor)
        threads.emplace_back([&s, sensor] {
            writer w;
            for (int i = 0; i < 50; ++i) w.submit(*s, values(sensor, start_us + i, 20));
            if (w.wait()) std::abort();
        });
    threads.clear();
    BOOST_TEST(s->measurements().count() == 4000U);
    BOOST_TEST(s->stats().commits < 200U);
}

BOOST_AUTO_TEST_CASE(readers_see_committed_rows_only_and_never_wait) {
    const directory where;
    const auto s = open(where);
    writer w;
    std::jthread reader([&s](const std::stop_token& stop) {
        while (!stop.stop_requested()) {
            const auto page = s->measurements().query({1, {}, {}, {}, 100, false}, std::chrono::milliseconds(100));
            if (page.rows.size() % 10 != 0) std::abort();
            static_cast<void>(s->sensor_table().all());
        }
    });
    for (int i = 0; i < 200; ++i) BOOST_REQUIRE(!w.commit(*s, values(1, start_us + i * 100, 10)));
}

BOOST_AUTO_TEST_CASE(a_full_map_is_an_error_and_the_store_lives_on) {
    const directory where;
    const auto s = open(where, std::size_t{1} << 20);
    writer w;
    std::error_code error;
    std::uint64_t stored = 0;
    for (int i = 0; i < 5000 && !error; ++i) {
        error = w.commit(*s, values(1, start_us + i * 1'000'000, 1000));
        if (!error) stored += 1000;
    }
    BOOST_TEST(static_cast<bool>(error));
    BOOST_TEST(s->measurements().count() == stored);
    BOOST_TEST(s->measurements().query({1, {}, {}, {}, 10, false}, std::chrono::milliseconds(100)).rows.size() == 10U);
}

BOOST_AUTO_TEST_CASE(a_sensor_of_a_failed_batch_is_written_with_the_next) {
    const directory where;
    const auto s = open(where, std::size_t{1} << 20);
    writer w;
    auto too_much = values(7, start_us, 60'000);
    too_much.sensors.push_back({7, "light 7", "light", "V", "", "measurement", "iot/measurements", 1});
    BOOST_TEST(static_cast<bool>(w.commit(*s, std::move(too_much))));
    BOOST_TEST(!w.commit(*s, values(7, start_us, 1)));
    BOOST_TEST(s->sensor_table().find(7).has_value());
}

BOOST_AUTO_TEST_CASE(records_come_back) {
    const directory where;
    {
        const auto s = open(where);
        writer w;
        write_batch batch;
        batch.sensors.push_back({3, "Capteur Lumière", "light", "V", "salon", "measurement", "iot/measurements", 42});
        incident_record open_one;
        open_one.id = 5;
        open_one.sensor = 3;
        open_one.reason = "light 9 is above 8";
        open_one.max = 8;
        auto closed = open_one;
        closed.id = 4;
        closed.status = incident_status::closed;
        closed.closed_ms = 99;
        batch.incidents = {closed, open_one};
        BOOST_TEST(!w.commit(*s, std::move(batch)));
    }
    const auto s = open(where);
    BOOST_TEST(s->sensor_table().find(3)->name == "Capteur Lumière");
    BOOST_TEST(s->sensor_table().all().size() == 1U);
    BOOST_TEST(s->incident_table().last_id() == 5U);
    BOOST_TEST(s->incident_table().list({}).front().id == 5U);
    BOOST_TEST(s->incident_table().list({incident_status::open, {}, {}, 10}).size() == 1U);
    BOOST_TEST(*s->incident_table().find(4)->closed_ms == 99);
    BOOST_TEST(!s->incident_table().find(6).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
