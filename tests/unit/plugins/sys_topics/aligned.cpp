// sys_interval: at multiples of it by the wall clock, what has changed and nothing else.
#include "tests/unit/plugins/sys_topics/fixture.hpp"

using namespace nightjar;
using namespace nightjar::plugins::sys_topics::test;

namespace {

struct every_second : fixture {
    every_second() : fixture(1) {}
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(sys_topics_aligned, fixture)

BOOST_AUTO_TEST_CASE(the_first_tick_of_each_period_of_the_wall_clock_counts) {
    take();
    std::string when; // seconds of the clock
    for (int i = 0; i < 40; ++i) {
        tick_after(1007); // late, as ticks are
        if (!take().empty()) when += std::to_string(host.now_ms / 1000 % 100) + ' ';
    }
    BOOST_TEST(when == "80 90 0 10 ");
}

BOOST_AUTO_TEST_CASE(a_tick_that_skips_the_second_itself_counts_too) {
    take();
    tick_after(6'500); // 79.9
    BOOST_TEST(take().empty());
    tick_after(1'200); // 81.1
    BOOST_TEST(take().contains("uptime"));
    tick_after(1'000);
    BOOST_TEST(take().empty());
}

BOOST_FIXTURE_TEST_CASE(an_interval_of_a_second, every_second) {
    take();
    for (int i = 1; i <= 5; ++i) {
        tick_after(1000);
        BOOST_TEST(take().at("uptime") == std::to_string(i) + " seconds");
    }
}

BOOST_AUTO_TEST_CASE(what_has_not_changed_is_not_said_again) {
    take();
    tick_after(10'000);
    const auto quiet = take();
    BOOST_TEST(quiet.size() == 1U);
    BOOST_TEST(quiet.contains("uptime"));
    now.clients_total = 1;
    tick_after(10'000);
    const auto changed = take();
    BOOST_TEST(changed.size() == 4U);
    for (const char* name : {"uptime", "clients/total", "clients/disconnected", "clients/inactive"})
        BOOST_TEST(changed.contains(name), name);
}

BOOST_AUTO_TEST_CASE(figures_are_asked_for_only_when_they_are_said) {
    BOOST_TEST(asked == 1);
    for (int i = 0; i < 20; ++i) tick_after(1000);
    BOOST_TEST(asked == 3);
}

BOOST_AUTO_TEST_CASE(a_clock_that_is_set_back_does_not_stop_it) {
    take();
    host.now_ms -= 86'400'000;
    tick_after(1000);
    BOOST_TEST(take().at("uptime") == "1 seconds");
    tick_after(1000);
    BOOST_TEST(take().empty());
    tick_after(10'000);
    BOOST_TEST(take().contains("uptime"));
}

BOOST_AUTO_TEST_SUITE_END()
