// The tables of $SYS names: each name once, and none that would collide in the places that use them.
#include "broker/plugin/system_topics.hpp"

#include <algorithm>
#include <set>
#include <string>

#include <boost/test/unit_test.hpp>

using namespace nightjar::plugin;

BOOST_AUTO_TEST_SUITE(system_topics)

BOOST_AUTO_TEST_CASE(no_name_is_there_twice) {
    std::set<std::string> topics, exporters; // exporters write '_' for '/' and ' '
    for (const auto table : {mosquitto_topics(), own_topics()}) {
        for (const auto& t : table) {
            for (const auto name : {t.name, t.alias}) {
                if (name.empty()) continue;
                std::string flat(name);
                BOOST_TEST(topics.insert(flat).second, flat);
                std::replace(flat.begin(), flat.end(), '/', '_');
                std::replace(flat.begin(), flat.end(), ' ', '_');
                BOOST_TEST(exporters.insert(flat).second, flat);
            }
        }
    }
    BOOST_TEST(topics.contains("retained messages/count"));
    BOOST_TEST(load_topics().size() == 9U);
}

BOOST_AUTO_TEST_CASE(who_is_away_is_never_less_than_nobody) {
    statistics s;
    s.clients_connected = 3;
    s.clients_total = 2; // counted a moment before
    BOOST_TEST(s.clients_disconnected() == 0U);
}

BOOST_AUTO_TEST_CASE(drops_at_limits) {
    statistics s;
    s.dropped.by_reason = {1, 20, 100, 100, 100, 4000, 5, 50000, 6};
    BOOST_TEST(s.dropped.at_limits() == 321U);
    BOOST_TEST(s.dropped.all() == 54332U);
}

BOOST_AUTO_TEST_SUITE_END()
