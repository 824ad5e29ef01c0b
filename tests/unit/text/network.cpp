#include "broker/text/network.hpp"

#include <boost/test/unit_test.hpp>

using nightjar::text::network_of;

BOOST_AUTO_TEST_SUITE(network)

BOOST_AUTO_TEST_CASE(of_ipv6_the_first_64_bits) {
    BOOST_TEST(network_of("2001:db8::1") == network_of("2001:db8:0:0:ffff::2"));
    BOOST_TEST(network_of("2001:db8:0:1::1") != network_of("2001:db8::1"));
}

BOOST_AUTO_TEST_CASE(of_others_the_whole) {
    BOOST_TEST(network_of("10.0.0.1") == "10.0.0.1");
    BOOST_TEST(network_of("fe80::1%eth0") == "fe80::1%eth0");
    BOOST_TEST(network_of("unix:1000") == "unix:1000");
    BOOST_TEST(network_of("") == "");
}

BOOST_AUTO_TEST_SUITE_END()
