// Which range holds for a sensor, and what is in it (features ).
#include "tests/unit/plugins/sensors/fixture.hpp"

#include <cmath>

using namespace nightjar::plugins::sensors;
using namespace nightjar::plugins::sensors::test;

BOOST_AUTO_TEST_SUITE(thresholds)

BOOST_AUTO_TEST_CASE(the_bound_itself_is_in) {
    const threshold range{5, 35};
    BOOST_TEST(range.contains(5));
    BOOST_TEST(range.contains(35));
    BOOST_TEST(!range.contains(std::nextafter(5, 0)));
    BOOST_TEST(!range.contains(std::nextafter(35, 36)));
}

BOOST_AUTO_TEST_CASE(a_range_may_have_one_bound_or_none) {
    const auto o = good_options({{"threshold", "light - 100"}, {"threshold", "co2 400 -"}, {"threshold", "free - -"}});
    const auto light = o.threshold_of(1, "light"), co2 = o.threshold_of(1, "co2"), open = o.threshold_of(1, "free");
    BOOST_TEST(light.contains(-1e308));
    BOOST_TEST(!light.contains(100.5));
    BOOST_TEST(co2.contains(1e308));
    BOOST_TEST(!co2.contains(399));
    BOOST_TEST(light.limits());
    BOOST_TEST(co2.limits());
    BOOST_TEST(!open.limits());
    BOOST_TEST(open.contains(1e308));
}

BOOST_AUTO_TEST_CASE(a_rule_is_for_its_type) {
    const auto o = good_options({{"threshold", "light 1 2"}});
    BOOST_TEST(o.threshold_of(3, "light").max == 2);
    BOOST_TEST(o.threshold_of(3, "temperature").max == 35);
    BOOST_TEST(o.threshold_of(3, "humidity").min == 20);
    BOOST_TEST(!o.threshold_of(3, "unknown").limits());
    BOOST_TEST(!o.threshold_of(3, "Light").limits());
}

BOOST_AUTO_TEST_CASE(the_rule_of_a_sensor_goes_before_that_of_its_type) {
    for (const auto& o : {good_options({{"threshold", "7 10 20"}, {"threshold", "light 1 2"}}),
                          good_options({{"threshold", "light 1 2"}, {"threshold", "7 10 20"}})}) {
        BOOST_TEST(o.threshold_of(7, "light").max == 20);
        BOOST_TEST(o.threshold_of(7, "temperature").max == 20);
        BOOST_TEST(o.threshold_of(8, "light").max == 2);
    }
}

BOOST_AUTO_TEST_CASE(a_rule_of_a_sensor_may_lift_the_bounds_of_its_type) {
    const auto o = good_options({{"threshold", "7 - -"}});
    BOOST_TEST(!o.threshold_of(7, "temperature").limits());
    BOOST_TEST(o.threshold_of(8, "temperature").limits());
}

BOOST_AUTO_TEST_CASE(a_rule_of_a_type_goes_before_the_short_names) {
    const auto o = good_options({{"threshold", "temperature -40 -20"}, {"threshold", "humidity - 50"}});
    BOOST_TEST(o.threshold_of(1, "temperature").max == -20);
    BOOST_TEST(o.threshold_of(1, "humidity").contains(0));
}

BOOST_AUTO_TEST_SUITE_END()
