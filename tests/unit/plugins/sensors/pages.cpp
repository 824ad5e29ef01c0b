// What the plugin answers over HTTP: status, refused values, a sensor's thresholds (features A-16, P5, B-8, H8).
#include "tests/unit/plugins/sensors/fixture.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

using namespace nightjar;
using namespace nightjar::plugins::sensors;
using namespace nightjar::plugins::sensors::test;
namespace json = boost::json;

BOOST_AUTO_TEST_SUITE(pages)

BOOST_AUTO_TEST_CASE(status) { // A-16, letter by letter but the version
    const test::broker b;
    auto page = json::parse(b.page("/mqtt/status")).as_object();
    const auto wanted = json::parse(R"({"connected":true,"ingest":"running","broker":"localhost","port":1883,
        "client_id":"django-dht11-client",
        "topics":{"sensor_data":"dht11/sensor/data","incidents":"dht11/incidents","alerts":"dht11/alerts",
                  "status":"dht11/status"},
        "thresholds":{"temperature":{"min":5,"max":35},"humidity":{"min":20,"max":80}},
        "version":"1.2.3","uptime":123,"clients_connected":7,"open_incidents":0})");
    for (const auto& [name, value] : wanted.as_object()) {
        BOOST_REQUIRE_MESSAGE(page.contains(name), name);
        BOOST_TEST(json::serialize(page.at(name)) == json::serialize(value));
    }
}

BOOST_AUTO_TEST_CASE(status_follows_the_conf) {
    test::broker b({{"temp_max", "30"}, {"threshold", "humidity - 50"}, {"client_id", "mine"}, {"topic_alerts", "x"}});
    b.publish("iot/hall/temp", "31");
    const auto page = b.page("/mqtt/status");
    BOOST_TEST(page.find(R"("temperature":{"min":5,"max":30},"humidity":{"min":null,"max":50})") != std::string::npos);
    BOOST_TEST(page.find(R"("client_id":"mine")") != std::string::npos);
    BOOST_TEST(page.find(R"("alerts":"x")") != std::string::npos);
    BOOST_TEST(page.find(R"("open_incidents":1)") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(refused_values_are_shown) {
    test::broker b;
    b.publish("iot/hall/temp", "warm");
    b.publish("iot/hall/temp", "\xFF\"\n");
    boost::system::error_code error;
    const auto page = json::parse(b.page("/api/v1/ingest/rejected"), error);
    BOOST_REQUIRE(!error); // whatever a client sends
    BOOST_TEST(page.at("counts").at("not_a_number").to_number<int>() == 2);
    const auto& last = page.at("last").as_array();
    BOOST_REQUIRE(last.size() == 2U);
    BOOST_TEST(std::string(last[1].at("payload").as_string()) == "warm");
    BOOST_TEST(std::string(last[1].at("topic").as_string()) == "iot/hall/temp");
    BOOST_TEST(std::string(last[1].at("time").as_string()) == noon);
}

BOOST_AUTO_TEST_CASE(thresholds_of_a_sensor) {
    test::broker b({{"threshold", "100002 - 7"}});
    b.publish("dht11/sensor/data", R"({"temperature":20,"humidity":5})");
    b.commit();
    BOOST_TEST(b.page("/api/monitoring/sensors/100001/thresholds") == R"({"min":5,"max":35})");
    BOOST_TEST(b.page("/api/monitoring/sensors/100002/thresholds") == R"({"min":null,"max":7})");
    for (const char* id : {"3", "0", "-1", "x", "", "99999999999999999999", "nan", "100001x"})
        BOOST_TEST(b.page("/api/monitoring/sensors/" + std::string(id) + "/thresholds") == "none", id);
}

BOOST_AUTO_TEST_CASE(other_paths_and_methods_are_not_its_business) {
    const test::broker b;
    for (const char* path : {"/", "/mqtt", "/mqtt/status/x", "/api/v1/ingest", "/api/monitoring/sensors/thresholds"})
        BOOST_TEST(b.page(path) == "none", path);
    BOOST_TEST(!b.plugin->on_http({"POST", "/mqtt/status", {}, {}}).has_value());
}

BOOST_AUTO_TEST_CASE(metrics) { // A-42
    test::broker b;
    const auto before = b.page("/metrics");
    BOOST_TEST(before.find("\nsensors_incidents_open 0\n") != std::string::npos, before);
    BOOST_TEST(before.find("sensors_incidents_opened_total{") == std::string::npos, before);
    b.publish("iot/hall/temp", "99");
    b.publish("iot/cellar/temp", "99");
    b.publish("iot/hall/temp", "98"); // the same incident
    b.publish("iot/hall/temp", "20");
    b.publish("iot/hall/temp", "warm");
    const auto after = b.page("/metrics");
    for (const char* line :
         {"sensors_known 2", "sensors_incidents_open 1", "sensors_incidents_opened_total{type=\"temperature\"} 2",
          "sensors_incidents_closed_total 1", "sensors_values_rejected_total{reason=\"not_a_number\"} 1"})
        BOOST_TEST(after.find("\n" + std::string(line) + "\n") != std::string::npos, line << " in " << after);
}

BOOST_AUTO_TEST_SUITE_END()
