// The retained state of each sensor, and that of the plugin itself (features A-38, section 7 row 3).
#include "tests/unit/plugins/sensors/fixture.hpp"

using namespace nightjar;
using namespace nightjar::plugins::sensors;
using namespace nightjar::plugins::sensors::test;

namespace {

std::string state(const char* value) {
    return std::string(R"({"value":)") + value + R"(,"unit":"","type":"temperature","time":")" + noon + "\"}";
}

} // namespace

BOOST_AUTO_TEST_SUITE(state_)

BOOST_AUTO_TEST_CASE(online_at_the_start_and_offline_at_the_end) {
    test::broker b;
    BOOST_REQUIRE(b.first.sent.size() == 1U);
    BOOST_TEST(b.second.sent.empty()); // one worker speaks for the plugin
    const auto online = b.first.sent[0];
    BOOST_TEST(online.topic == "dht11/status");
    BOOST_TEST(online.payload == R"({"status":"online","timestamp":")" + noon + "\"}");
    BOOST_TEST(online.retain);
    BOOST_TEST((online.qos == codec::qos::at_least_once));
    b.plugin->stop(b.first);
    b.plugin->stop(b.second);
    BOOST_REQUIRE(b.first.sent.size() == 2U);
    BOOST_TEST(b.second.sent.empty());
    BOOST_TEST(b.first.sent[1].payload == R"({"status":"offline","timestamp":")" + noon + "\"}");
    BOOST_TEST(b.first.sent[1].retain);
}

BOOST_AUTO_TEST_CASE(a_value_is_the_retained_state_of_its_sensor) {
    test::broker b;
    b.publish("iot/hall/temp", "20.5");
    const auto told = b.first.to("sensors/100001/state");
    BOOST_REQUIRE(told.size() == 1U);
    BOOST_TEST(told[0].payload == state("20.5"));
    BOOST_TEST(told[0].retain);
}

BOOST_AUTO_TEST_CASE(the_state_carries_the_time_of_the_device) {
    test::broker b;
    b.publish("iot/measurements",
              R"({"sensor_id":3,"type":"light","value":2.57,"unit":"V","timestamp":"2026-01-28T15:00:00Z"})");
    BOOST_TEST(b.first.to("sensors/3/state").at(0).payload ==
               R"({"value":2.57,"unit":"V","type":"light","time":"2026-01-28T15:00:00Z"})");
}

BOOST_AUTO_TEST_CASE(a_refused_value_changes_no_state) {
    test::broker b;
    b.publish("iot/hall/temp", "nan");
    BOOST_TEST(b.first.to("sensors/100001/state").empty());
}

BOOST_AUTO_TEST_CASE(the_topic_is_an_option) {
    test::broker elsewhere({{"state_topic", "home/%i/now"}});
    elsewhere.publish("iot/hall/temp", "20");
    BOOST_TEST(elsewhere.first.to("home/100001/now").size() == 1U);
    test::broker off({{"state_topic", "off"}});
    off.publish("iot/hall/temp", "20");
    BOOST_TEST(off.first.sent.size() == 1U); // online
}

BOOST_AUTO_TEST_CASE(a_fast_sensor_ends_with_its_newest_value) {
    test::broker b;
    for (const char* value : {"20", "21", "22"}) b.publish("iot/hall/temp", value);
    b.plugin->on_tick(b.first);
    BOOST_TEST(b.first.to("sensors/100001/state").back().payload == state("22"));
    const auto said = b.first.sent.size();
    b.plugin->on_tick(b.first);
    BOOST_TEST(b.first.sent.size() == said);
}

BOOST_AUTO_TEST_CASE(a_waiting_state_is_told_before_the_end) {
    test::broker b;
    for (const char* value : {"20", "21"}) b.publish("iot/hall/temp", value);
    b.plugin->stop(b.first);
    BOOST_TEST(b.first.to("sensors/100001/state").back().payload == state("21"));
}

BOOST_AUTO_TEST_CASE(an_older_value_of_another_worker_does_not_come_after) {
    test::broker b;
    for (const char* value : {"20", "21"}) b.publish_on(b.first, "iot/hall/temp", value);
    b.second.now_ms += 1;
    b.publish_on(b.second, "iot/hall/temp", "30");
    const auto said = b.first.to("sensors/100001/state").size();
    b.plugin->on_tick(b.first);
    BOOST_TEST(b.first.to("sensors/100001/state").size() == said);
}

BOOST_AUTO_TEST_SUITE_END()
