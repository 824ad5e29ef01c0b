#include "broker/net/poller.hpp"

#include <array>
#include <chrono>
#include <string>
#include <thread>

#include <boost/test/unit_test.hpp>
#include <sys/socket.h>

using namespace nightjar;

namespace {

// A connection with something to read, always; reading it takes as long as it is told.
struct talker final : net::poller::watched {
    talker(net::poller& in, char name, bool too_much, std::string& log, std::chrono::milliseconds takes = {})
        : home(in), name(name), too_much(too_much), log(log), takes(takes) {
        std::array<int, 2> ends{};
        BOOST_REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()) == 0);
        here = net::descriptor(ends[0]);
        there = net::descriptor(ends[1]);
        BOOST_REQUIRE(::send(there.get(), "x", 1, 0) == 1);
        in.add(here.get(), *this, EPOLLIN);
    }

    void on_ready(std::uint32_t) override {
        log += name;
        home.has_read(*this, too_much ? 4000 : 1);
        if (is_written_to) home.has_written(*this, 4000);
        std::this_thread::sleep_for(takes);
    }

    net::poller& home;
    char name;
    bool too_much, is_written_to = false;
    std::string& log;
    std::chrono::milliseconds takes;
    net::descriptor here, there;
};

constexpr std::chrono::milliseconds long_time{1};

struct polled {
    net::asio::io_context context;
    net::poller ready{context};
    std::string log;
};

bool both(const net::poller& p) { return p.flooded() && p.beside_others(); }

} // namespace

BOOST_FIXTURE_TEST_SUITE(poller_, polled)

BOOST_AUTO_TEST_CASE(who_floods_comes_last_and_in_turn) {
    talker a(ready, 'A', true, log, long_time), b(ready, 'B', true, log, long_time), x(ready, 'x', false, log);
    context.run_one(); // nobody is known to flood
    BOOST_TEST(log == "ABx");
    log.clear();
    for (int i = 0; i < 4; ++i) context.run_one();
    BOOST_TEST((log == "xAxBxAxB" || log == "xBxAxBxA"));
}

BOOST_AUTO_TEST_CASE(who_has_stopped_to_flood_has_its_place_again) {
    talker a(ready, 'A', true, log), x(ready, 'x', false, log);
    context.run_one();
    a.too_much = false;
    context.run_one();
    log.clear();
    context.run_one();
    BOOST_TEST(log.size() == 2U);
    BOOST_TEST(log != "xA");
}

BOOST_AUTO_TEST_CASE(a_flood_is_beside_others_until_they_have_been_silent_for_a_while) {
    talker a(ready, 'A', true, log), x(ready, 'x', false, log);
    BOOST_TEST(!both(ready));
    for (int i = 0; i < 2; ++i) context.run_one(); // the first shows who floods
    BOOST_TEST(both(ready));
    ready.remove(x.here.get());
    for (int i = 0; i < 32; ++i) context.run_one();
    BOOST_TEST(both(ready));
    for (int i = 0; i < 32; ++i) context.run_one();
    BOOST_TEST(!both(ready));
    ready.has_come(4000); // a flood of another worker
    BOOST_TEST(!both(ready));
    ready.has_come(100);
    BOOST_TEST(both(ready));
}

BOOST_AUTO_TEST_CASE(who_acknowledges_a_flood_is_none_of_the_others) {
    talker a(ready, 'A', true, log), x(ready, 'x', false, log);
    x.is_written_to = true;
    for (int i = 0; i < 66; ++i) context.run_one(); // at first it was as any
    BOOST_TEST(!both(ready));
    x.is_written_to = false;
    for (int i = 0; i < 64; ++i) context.run_one();
    BOOST_TEST(both(ready));
}

BOOST_AUTO_TEST_CASE(a_flood_reads_less_at_a_time_beside_others) {
    talker a(ready, 'A', true, log), x(ready, 'x', false, log);
    BOOST_TEST(ready.may_read(a, 8192) == 8192U);
    for (int i = 0; i < 2; ++i) context.run_one();
    BOOST_TEST(ready.may_read(a, 8192) == 2730U);
    BOOST_TEST(ready.may_read(x, 8192) == 8192U);
}

BOOST_AUTO_TEST_SUITE_END()
