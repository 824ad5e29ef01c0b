// Home Assistant finds the sensors by itself (features A-50).
#include "broker/plugins/sensors/discovery.hpp"

#include "tests/unit/plugins/sensors/fixture.hpp"

using namespace nightjar;
using namespace nightjar::plugins::sensors;
using namespace nightjar::plugins::sensors::test;

namespace {

const std::string topic = "homeassistant/sensor/nightjar_100001/config";

bool contains(const message& m, std::string_view text) { return m.payload.find(text) != std::string::npos; }

} // namespace

BOOST_AUTO_TEST_SUITE(discovery)

BOOST_AUTO_TEST_CASE(off_unless_asked_for) {
    test::broker b;
    b.publish("dht11/salon/data", R"({"temperature":20})");
    BOOST_TEST(b.first.to(topic).empty());
}

BOOST_AUTO_TEST_CASE(a_new_sensor_is_announced_once_and_retained) {
    test::broker b({{"homeassistant", "true"}, {"offline_after", "600"}});
    b.publish("dht11/salon/data", R"({"temperature":20})");
    b.publish("dht11/salon/data", R"({"temperature":21})");
    b.publish_on(b.second, "dht11/salon/data", R"({"temperature":21})");
    BOOST_REQUIRE(b.first.to(topic).size() == 1U);
    BOOST_TEST(b.second.to(topic).empty());
    const auto told = b.first.to(topic)[0];
    BOOST_TEST(told.retain);
    BOOST_TEST(told.payload ==
               R"({"name":"salon temperature","unique_id":"nightjar_100001","object_id":"nightjar_100001",)"
               R"("state_topic":"sensors/100001/state","value_template":"{{ value_json.value }}",)"
               R"("device_class":"temperature","state_class":"measurement","unit_of_measurement":"°C",)"
               R"("expire_after":600,"availability_topic":"dht11/status",)"
               R"("availability_template":"{{ value_json.status }}",)"
               R"("device":{"identifiers":["nightjar_salon"],"name":"salon"},"origin":{"name":"nightjar"}})");
}

BOOST_AUTO_TEST_CASE(a_class_only_with_a_unit_of_it) {
    test::broker b({{"homeassistant", "true"}});
    b.publish("iot/hall/temp", "20");
    BOOST_TEST(!contains(b.first.to(topic).at(0), "device_class"));
    b.publish("iot/hall/temp", "20 °C"); // it has learnt its unit
    BOOST_TEST(contains(b.first.to(topic).at(1), R"("device_class":"temperature")"));
    b.publish("iot/measurements", R"({"sensor_id":3,"type":"light","value":2.5,"unit":"V"})");
    BOOST_TEST(contains(b.first.to("homeassistant/sensor/nightjar_3/config").at(0), R"("device_class":"voltage")"));
}

BOOST_AUTO_TEST_CASE(again_when_home_assistant_comes) {
    test::broker b({{"homeassistant", "true"}, {"homeassistant_prefix", "ha"}});
    b.publish("iot/hall/temp", "20");
    b.publish("iot/hall/humi", "50");
    b.second.sent.clear();
    b.publish_on(b.second, "ha/status", "offline");
    BOOST_TEST(b.second.sent.empty());
    b.publish_on(b.second, "ha/status", "online");
    BOOST_TEST(b.second.to("ha/sensor/nightjar_100001/config").size() == 1U);
    BOOST_TEST(b.second.to("ha/sensor/nightjar_100002/config").size() == 1U);
}

BOOST_AUTO_TEST_CASE(taken_back_when_it_is_turned_off) {
    test::broker b({{"homeassistant", "true"}});
    b.publish("iot/hall/temp", "20");
    b.plugin->reconfigure(good_options({}));
    b.plugin->on_tick(b.first);
    BOOST_REQUIRE(b.first.to(topic).size() == 2U);
    BOOST_TEST(b.first.to(topic)[1].payload.empty());
    BOOST_TEST(b.first.to(topic)[1].retain);
}

BOOST_AUTO_TEST_SUITE_END()
