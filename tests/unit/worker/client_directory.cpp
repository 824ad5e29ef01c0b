#include "broker/worker/client_directory.hpp"

#include <boost/test/unit_test.hpp>

using nightjar::worker::client_directory;

BOOST_AUTO_TEST_SUITE(client_directory_)

BOOST_AUTO_TEST_CASE(an_id_belongs_to_the_first) {
    client_directory directory;
    BOOST_TEST(!directory.find("a").has_value());
    BOOST_TEST(directory.add("a", {1, nullptr}));
    BOOST_TEST(!directory.add("a", {2, nullptr}));
    BOOST_REQUIRE(directory.find("a").has_value());
    BOOST_TEST(directory.find("a")->worker == 1U);
    directory.remove("a");
    BOOST_TEST(directory.size() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
