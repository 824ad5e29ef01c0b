#include "broker/plugins/access_control/login_guard.hpp"

#include <boost/test/unit_test.hpp>

using nightjar::plugins::access_control::login_guard;
using namespace std::chrono_literals;

namespace {

const login_guard::clock::time_point now{1h};

void fail_five_times(login_guard& guard, std::string_view address) {
    for (int n = 0; n < 5; ++n) guard.failed(address, now);
}

} // namespace

BOOST_AUTO_TEST_SUITE(login_guard_)

BOOST_AUTO_TEST_CASE(one_try_a_second_after_five_failures_and_no_more_than_ten_wait) {
    login_guard guard;
    fail_five_times(guard, "10.0.0.1");
    for (int n = 0; n <= 10; ++n) {
        const auto delay = guard.delay_of("10.0.0.1", now);
        BOOST_REQUIRE(delay.has_value());
        BOOST_TEST((*delay == n * 1s));
    }
    BOOST_TEST(!guard.delay_of("10.0.0.1", now).has_value());
    BOOST_TEST((guard.delay_of("10.0.0.2", now) == 0s));
    BOOST_TEST((guard.delay_of("10.0.0.1", now + 2min) == 0s)); // forgotten
}

BOOST_AUTO_TEST_CASE(who_changes_within_a_network_of_ipv6_is_slowed_all_the_same) {
    login_guard guard;
    fail_five_times(guard, "2001:db8::1");
    BOOST_TEST((guard.delay_of("2001:db8::1", now) == 0s));
    BOOST_TEST((guard.delay_of("2001:db8::2", now) == 1s));
    BOOST_TEST((guard.delay_of("2001:db8:0:1::1", now) == 0s));
}

BOOST_AUTO_TEST_CASE(many_behind_one_address_do_not_wait_for_those_few) {
    login_guard guard;
    for (int n = 0; n < 6; ++n) guard.failed("10.0.0.1", now);
    for (int n = 0; n < 6; ++n) guard.succeeded("10.0.0.1");
    for (int n = 0; n < 20; ++n) BOOST_TEST((guard.delay_of("10.0.0.1", now) == 0s));
}

BOOST_AUTO_TEST_SUITE_END()
