// What a reload makes of a running configuration.
#include "broker/config/adopt.hpp"

#include "tests/unit/config/fixture.hpp"

#include <stdexcept>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

using namespace nightjar::config;
using indices = std::vector<std::size_t>;

namespace {

struct running_fixture : test::fixture {
    configuration running = conf("listener 1000\nlistener 1001\nprotocol websockets\nlistener 1002 ::1\n");

    adoption next(const std::string& text) { return adopt(running, conf(text)); }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(adopt_, running_fixture)

BOOST_AUTO_TEST_CASE(the_same_again) {
    const auto* first = &running.listeners[0];
    const auto changes = next("listener 1000\nlistener 1001\nprotocol websockets\nlistener 1002 ::1\n");
    BOOST_TEST(changes.opened.empty());
    BOOST_TEST(changes.closed.empty());
    BOOST_TEST(changes.kept.empty());
    BOOST_TEST(changes.places == indices({0, 1, 2}));
    BOOST_TEST(&running.listeners[0] == first);
}

BOOST_AUTO_TEST_CASE(listeners_keep_their_places_and_realms) {
    const auto* first = &running.listeners[0];
    const auto changes = next("listener 1002 ::1\nmax_connections 7\nlistener 1003\nlistener 1000\n");
    BOOST_TEST(changes.opened == indices{3});
    BOOST_TEST(changes.closed == indices{1});
    BOOST_TEST(changes.places == indices({2, 3, 0}));
    BOOST_TEST(&running.listeners[0] == first);
    BOOST_TEST_REQUIRE(running.listeners.size() == 4U);
    BOOST_TEST(running.listeners[1].closed);
    BOOST_TEST(running.listeners[2].max_connections == 7);
    for (std::size_t i = 0; i < 4; ++i) BOOST_TEST(running.listeners[i].realm == i + 1);
}

BOOST_AUTO_TEST_CASE(one_that_was_closed_opens_again) {
    next("listener 1000\n");
    const auto changes = next("listener 1001\nprotocol websockets\nlistener 1000\n");
    BOOST_TEST(changes.opened == indices{1});
    BOOST_TEST(changes.closed.empty());
    BOOST_TEST(!running.listeners[1].closed);
    BOOST_TEST(running.listeners[2].closed);
    BOOST_TEST(running.listeners.size() == 3U);
}

BOOST_AUTO_TEST_CASE(another_protocol_or_address_is_another_listener) {
    const auto changes =
        next("listener 1000\nprotocol websockets\nlistener 1001\nprotocol websockets\nlistener 1002\n");
    BOOST_TEST(changes.opened == indices({3, 4}));
    BOOST_TEST(changes.closed == indices({0, 2}));
}

BOOST_AUTO_TEST_CASE(what_needs_a_start_stays_and_is_named_with_its_line) {
    const auto changes = next("listener 1000\nworker_threads 3\nuser somebody\nsys_interval 3\nmax_packet_size 100\n"
                              "plugin builtin:none\n");
    std::string kept;
    for (const auto& f : changes.kept) kept += f.text + " " + std::to_string(f.where.line) + "\n";
    BOOST_TEST(kept == "worker_threads changes with the next start only. 2\n"
                       "user changes with the next start only. 3\n"
                       "plugin (which ones there are) changes with the next start only. 6\n");
    BOOST_TEST(running.worker_threads == 0);
    BOOST_TEST(running.user == "");
    BOOST_TEST(running.plugins.size() == 1U);
    BOOST_TEST(running.sys_interval == 3);
    BOOST_TEST(running.max_packet_size == 100U);
}

BOOST_AUTO_TEST_CASE(options_of_a_plugin_change) {
    BOOST_TEST(next("listener 1000\nplugin builtin:sensors\nplugin_opt_temp_max 3\n").kept.empty());
    BOOST_TEST_REQUIRE(running.plugins.size() == 1U);
    BOOST_TEST(running.plugins[0].options.size() == 1U);
}

BOOST_AUTO_TEST_CASE(thousands_come_and_go) {
    const auto* first = &running.listeners[0];
    for (int port = 2000; port < 5000; ++port) next("listener 1000\nlistener " + std::to_string(port) + "\n");
    BOOST_TEST(&running.listeners[0] == first);
    BOOST_TEST(running.listeners.back().port == 4999);
}

BOOST_AUTO_TEST_CASE(no_room_changes_nothing) {
    running.listeners.shrink_to_fit();
    const auto before = running.listeners.size();
    BOOST_CHECK_THROW(next("listener 1009\n"), std::length_error);
    BOOST_TEST(running.listeners.size() == before);
    BOOST_TEST(!running.listeners[0].closed);
}

BOOST_AUTO_TEST_SUITE_END()
