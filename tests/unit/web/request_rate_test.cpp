#include "web/request_rate.hpp"

#include <boost/test/unit_test.hpp>

using namespace nightjar::web;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(rates)

namespace {

const auto start = request_rate::clock::time_point{} + 1h;

unsigned allowed(request_rate& limit, std::string_view address, std::uint32_t rate,
                 request_rate::clock::time_point at) {
    unsigned count = 0;
    while (count < 100'000 && !limit.take(address, rate, at)) ++count;
    return count;
}

} // namespace

BOOST_AUTO_TEST_CASE(ten_seconds_at_once_then_the_rate) {
    request_rate limit;
    BOOST_TEST(allowed(limit, "10.0.0.1", 5, start) == 50U);
    BOOST_TEST(allowed(limit, "10.0.0.2", 5, start) == 50U); // each for himself
    BOOST_TEST(allowed(limit, "10.0.0.1", 5, start + 1s) == 5U);
    BOOST_TEST(allowed(limit, "10.0.0.1", 5, start + 3s) == 10U);
    BOOST_TEST(allowed(limit, "10.0.0.1", 5, start + 1h) == 50U); // no more is saved up
}

BOOST_AUTO_TEST_CASE(says_when_to_come_again) {
    request_rate limit;
    allowed(limit, "10.0.0.1", 1, start);
    const auto wait = limit.take("10.0.0.1", 1, start);
    BOOST_REQUIRE(wait.has_value());
    BOOST_TEST((*wait == 1s));
    BOOST_TEST((limit.take("10.0.0.1", 1, start + 400ms) == std::optional<request_rate::clock::duration>(600ms)));
    BOOST_TEST(!limit.take("10.0.0.1", 1, start + 1s).has_value()); // refused ones did not count
    BOOST_TEST(limit.take("10.0.0.1", 1, start + 1s).has_value());
}

BOOST_AUTO_TEST_CASE(another_rate_counts_from_now_on) { // a reload
    request_rate limit;
    allowed(limit, "10.0.0.1", 1, start);
    BOOST_TEST(allowed(limit, "10.0.0.1", 100, start + 1s) == 100U);
}

BOOST_AUTO_TEST_CASE(ipv6_counts_by_network) {
    request_rate limit;
    allowed(limit, "2001:db8::1", 10, start);
    BOOST_TEST(limit.take("2001:db8::2", 1, start).has_value());
    BOOST_TEST(!limit.take("2001:db8:0:1::1", 1, start).has_value());
}

BOOST_AUTO_TEST_CASE(memory_is_bounded) {
    request_rate limit;
    for (unsigned i = 0; i < 100'000; ++i) limit.take(std::to_string(i), 1, start + std::chrono::milliseconds(i / 100));
    BOOST_TEST(limit.size() <= request_rate::most_addresses);
    allowed(limit, "busy", 1, start + 1h);
    for (unsigned i = 0; i < request_rate::most_addresses; ++i) limit.take(std::to_string(i), 1, start + 1h);
    BOOST_TEST(limit.size() <= request_rate::most_addresses);
}

BOOST_AUTO_TEST_SUITE_END()
