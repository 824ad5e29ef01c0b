#include "tools/nightjarctl/simulation.hpp"

#include <boost/test/unit_test.hpp>

using namespace nightjar::ctl;

BOOST_AUTO_TEST_SUITE(simulation_)

BOOST_AUTO_TEST_CASE(the_same_seed_gives_the_same_values) {
    room a(7), b(7), c(8);
    bool differs = false;
    for (int i = 0; i < 100; ++i) {
        const auto x = a.next(), y = b.next(), z = c.next();
        BOOST_TEST(x.json() == y.json());
        differs = differs || x.json() != z.json();
    }
    BOOST_TEST(differs);
}

BOOST_AUTO_TEST_CASE(a_room_stays_in_its_limits) {
    room r(1);
    for (int i = 0; i < 10'000; ++i) {
        const auto v = r.next();
        BOOST_REQUIRE(v.temperature >= 5);
        BOOST_REQUIRE(v.temperature <= 35);
        BOOST_REQUIRE(v.humidity >= 20);
        BOOST_REQUIRE(v.humidity <= 80);
    }
}

BOOST_AUTO_TEST_CASE(an_alert_leaves_the_range_once) {
    int crossings = 0;
    bool out = false;
    for (int i = 0; i < alert_steps; ++i) {
        const bool now = alert_value(i).temperature < 5;
        if (now != out) ++crossings;
        out = now;
    }
    BOOST_TEST(crossings == 2);
    BOOST_TEST(!out);
}

BOOST_AUTO_TEST_SUITE_END()
