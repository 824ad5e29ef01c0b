// What the store holds is there again after a restart: sensors, incidents, states (features A-35, A-40, P3).
#include "tests/unit/plugins/sensors/fixture.hpp"

using namespace nightjar;
using namespace nightjar::plugins::sensors;
using namespace nightjar::plugins::sensors::test;

BOOST_AUTO_TEST_SUITE(restart)

BOOST_AUTO_TEST_CASE(sensors_keep_their_ids) {
    test::broker b;
    b.publish("iot/hall/temp", "20");
    b.publish("dht11/sensor/data", R"({"temperature":20,"humidity":50})");
    b.commit();
    b.restart();
    plugin::ingest_report report;
    b.publish("dht11/sensor/data", R"({"humidity":51})", &report);
    b.publish("iot/hall/temp", "21", &report);
    b.publish("iot/attic/temp", "21", &report);
    const std::vector<std::uint32_t> expected{100'003, 100'001, 100'004};
    BOOST_TEST(report.sensors == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_was_not_committed_is_gone) {
    test::broker b;
    b.publish("iot/hall/temp", "40");
    b.restart();
    BOOST_TEST(b.store->measurements().count() == 0U);
    BOOST_TEST(b.page("/mqtt/status").find(R"("open_incidents":0)") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_open_incident_stays_open_and_closes_later) {
    test::broker b;
    b.publish("iot/hall/temp", "40");
    b.commit();
    b.restart();
    BOOST_TEST(b.page("/mqtt/status").find(R"("open_incidents":1)") != std::string::npos);
    b.publish("iot/hall/temp", "41");
    BOOST_TEST(b.first.to("dht11/alerts").empty()); // still the same one
    b.publish("iot/hall/temp", "20");
    BOOST_REQUIRE(b.first.to("dht11/alerts").size() == 1U);
    BOOST_TEST(b.first.to("dht11/alerts")[0].payload.starts_with(R"({"incident_id":1,"alert_type":"closed")"));
    b.commit();
    const auto incident = b.store->incident_table().find(1);
    BOOST_REQUIRE(incident.has_value());
    BOOST_TEST((incident->status == storage::incident_status::closed));
    BOOST_TEST(incident->counter == 2U);
}

BOOST_AUTO_TEST_CASE(the_first_value_after_it_may_close) {
    test::broker b;
    b.publish("iot/hall/temp", "40");
    b.commit();
    b.restart();
    b.publish_on(b.second, "iot/hall/temp", "20");
    BOOST_TEST(b.second.to("dht11/alerts").size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_closed_incident_does_not_come_back) {
    test::broker b;
    b.publish("iot/hall/temp", "40");
    b.publish("iot/hall/temp", "20");
    b.commit();
    b.restart();
    BOOST_TEST(b.first.to("dht11/incidents/1").empty());
    plugin::ingest_report report;
    b.publish("iot/hall/temp", "40", &report);
    BOOST_REQUIRE(report.incidents.size() == 1U);
    BOOST_TEST(report.incidents[0] == 2U);
}

BOOST_AUTO_TEST_CASE(retained_messages_are_said_again) {
    test::broker b;
    b.publish("iot/hall/temp", "40");
    b.publish("iot/attic/temp", "20");
    b.commit();
    b.restart();
    const auto incident = b.first.to("dht11/incidents/1");
    BOOST_REQUIRE(incident.size() == 1U);
    BOOST_TEST(incident[0].retain);
    BOOST_TEST(incident[0].payload.find(R"("status":"open")") != std::string::npos);
    BOOST_TEST(incident[0].payload.find(R"("device":"hall")") != std::string::npos);
    BOOST_REQUIRE(b.first.to("sensors/100001/state").size() == 1U);
    BOOST_TEST(b.first.to("sensors/100001/state")[0].payload.starts_with(R"({"value":40,)"));
    BOOST_TEST(b.first.to("sensors/100002/state").size() == 1U);
    BOOST_TEST(b.first.to("dht11/status").size() == 1U);
    BOOST_TEST(b.first.to("dht11/incidents").empty()); // nothing new happened
    BOOST_TEST(b.first.to("dht11/alerts").empty());
}

BOOST_AUTO_TEST_SUITE_END()
