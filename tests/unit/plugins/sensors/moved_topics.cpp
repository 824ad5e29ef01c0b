// Reloads that change topics: nothing stays retained on the old ones, whatever comes before the plugin says so
// (features A-30, P1).
#include "tests/unit/plugins/sensors/fixture.hpp"

#include <map>
#include <set>

using namespace nightjar;
using namespace nightjar::plugins::sensors;
using namespace nightjar::plugins::sensors::test;

namespace {

// The topics on which something is retained after all that was published.
std::set<std::string> retained(const test::broker& b) {
    std::set<std::string> topics;
    for (const auto& m : b.first.sent) {
        if (!m.retain) continue;
        if (m.payload.empty()) {
            topics.erase(m.topic);
        } else {
            topics.insert(m.topic);
        }
    }
    return topics;
}

using set = std::set<std::string>;

} // namespace

BOOST_AUTO_TEST_SUITE(moved_topics)

BOOST_AUTO_TEST_CASE(of_an_incident_that_closes_before_the_next_tick) {
    test::broker b({{"state_topic", "off"}});
    b.publish("iot/hall/temp", "40");
    BOOST_TEST((retained(b) == set{"dht11/status", "dht11/incidents/1"}));
    b.plugin->reconfigure(good_options({{"state_topic", "off"}, {"topic_incidents", "inc"}}));
    b.publish("iot/hall/temp", "20");
    b.plugin->on_tick(b.first);
    BOOST_TEST((retained(b) == set{"dht11/status"}));
}

BOOST_AUTO_TEST_CASE(of_several_reloads_before_the_next_tick) {
    test::broker b({{"state_topic", "s/%i"}, {"homeassistant", "true"}});
    b.publish("iot/hall/temp", "20");
    for (const auto* topic : {"q/%i", "r/%i"}) {
        b.plugin->reconfigure(good_options({{"state_topic", topic}}));
        b.first.now_ms += 1000;
        b.publish("iot/hall/temp", "21");
    }
    BOOST_TEST(retained(b).contains("q/100001"));
    b.plugin->on_tick(b.first);
    BOOST_TEST((retained(b) == set{"dht11/status", "r/100001"}));
}

BOOST_AUTO_TEST_CASE(there_and_back_takes_nothing_away) {
    test::broker b({{"state_topic", "s/%i"}});
    b.publish("iot/hall/temp", "20"); // not on disk yet
    for (const auto* topic : {"q/%i", "s/%i"}) b.plugin->reconfigure(good_options({{"state_topic", topic}}));
    b.plugin->on_tick(b.first);
    BOOST_TEST((retained(b) == set{"dht11/status", "s/100001"}));
}

BOOST_AUTO_TEST_CASE(of_a_reload_just_before_the_end) {
    test::broker b({{"state_topic", "s/%i"}});
    b.publish("iot/hall/temp", "20");
    b.plugin->reconfigure(good_options({{"state_topic", "off"}}));
    b.plugin->stop(b.first);
    BOOST_TEST((retained(b) == set{"dht11/status"}));
}

BOOST_AUTO_TEST_SUITE_END()
