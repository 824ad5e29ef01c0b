// load/...: exponential averages per minute; rate/...: per second over the last interval. The numbers are computed by
// hand: after t seconds at r a minute, an average over w seconds that was 0 is r * (1 - e^(-t/w)).
#include "tests/unit/plugins/sys_topics/fixture.hpp"

#include "broker/plugins/sys_topics/load_average.hpp"

using namespace nightjar;
using namespace nightjar::plugins::sys_topics;
using namespace nightjar::plugins::sys_topics::test;

namespace {

void check(const std::map<std::string, std::string>& said, const std::string& name, const char* one, const char* five,
           const char* fifteen, const char* rate) {
    BOOST_TEST(said.at("load/" + name + "/1min") == one, name);
    BOOST_TEST(said.at("load/" + name + "/5min") == five, name);
    BOOST_TEST(said.at("load/" + name + "/15min") == fifteen, name);
    BOOST_TEST(said.at("rate/" + name) == rate, name);
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(sys_topics_averages, fixture)

BOOST_AUTO_TEST_CASE(one_step) {
    BOOST_TEST(next_average(0, 600, 10, 60) == 92.1109650, boost::test_tools::tolerance(1e-8));
    BOOST_TEST(next_average(92.1109650, 0, 10, 60) == 77.9702486, boost::test_tools::tolerance(1e-8));
    BOOST_TEST(next_average(5, 5, 3600, 60) == 5.0);
    BOOST_TEST(next_average(7, 5, 1e9, 60) == 5.0); // only what was lately counts
}

BOOST_AUTO_TEST_CASE(a_hundred_in_ten_seconds_and_then_silence) {
    take();
    now.messages_received = 100;
    tick_after(10'000);
    check(take(), "messages/received", "92.11", "19.67", "6.63", "10.00");
    tick_after(10'000);
    check(take(), "messages/received", "77.97", "19.03", "6.56", "0.00");
}

BOOST_AUTO_TEST_CASE(each_load_has_its_own_source) {
    take();
    now.messages_received = 100;
    now.messages_sent = 200;
    now.publish_received = 300;
    now.publish_sent = 400;
    now.dropped.by_reason = {100, 100, 100, 100, 100, 7, 7, 7, 7}; // 500 at limits
    now.bytes_received = 600;
    now.bytes_sent = 700;
    now.connections_accepted = 800;
    now.connect_received = 900;
    tick_after(10'000);
    const auto said = take();
    const std::pair<const char*, const char*> rates[] = {
        {"messages/received", "10.00"}, {"messages/sent", "20.00"},   {"publish/received", "30.00"},
        {"publish/sent", "40.00"},      {"publish/dropped", "50.00"}, {"bytes/received", "60.00"},
        {"bytes/sent", "70.00"},        {"sockets", "80.00"},         {"connections", "90.00"},
    };
    for (const auto& [name, rate] : rates) BOOST_TEST(said.at(std::string("rate/") + name) == rate, name);
    check(said, "connections", "829.00", "177.03", "59.67", "90.00");
}

BOOST_AUTO_TEST_CASE(the_real_time_between_two_looks_counts) {
    take();
    now.bytes_sent = 100;
    tick_after(6'600 + 500); // 7.1 s after the start
    BOOST_TEST(take().at("rate/bytes/sent") == "14.08");
    now.bytes_sent = 200;
    tick_after(10'400);
    BOOST_TEST(take().at("rate/bytes/sent") == "9.62");
}

BOOST_AUTO_TEST_CASE(what_was_before_the_start_is_not_a_rate) {
    take();
    now.bytes_received = 1'000'000;
    plugin.start(host);
    take();
    tick_after(10'000);
    BOOST_TEST(!take().contains("load/bytes/received/1min"));
}

BOOST_AUTO_TEST_CASE(a_load_that_falls_slowly_is_said_to_the_end) {
    take();
    now.connect_received = 1;
    tick_after(10'000);
    take();
    std::string last;
    std::size_t times = 0;
    for (int i = 0; i < 1000; ++i) { // nearly three hours
        tick_after(10'000);
        const auto said = take();
        if (const auto found = said.find("load/connections/15min"); found != said.end()) {
            last = found->second;
            ++times;
        }
    }
    BOOST_TEST(last == "0.00");
    BOOST_TEST(times == 7U); // from 0.07 in steps of 0.01
}

BOOST_AUTO_TEST_SUITE_END()
