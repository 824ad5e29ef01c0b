// The plugin as a broker sees it: which publishes it takes, what it stores of them, when PUBACK waits (features P2 to
// P6, A-14, B-2, C-1, C-2, C-5, E-3).
#include "tests/unit/plugins/sensors/fixture.hpp"

#include "broker/plugin/chain.hpp"

using namespace nightjar;
using namespace nightjar::plugins::sensors;
using namespace nightjar::plugins::sensors::test;
using plugin::ingest_report;
using plugin::publish_outcome;

namespace {

std::vector<double> values_of(const storage::store& store, storage::sensor_id sensor) {
    std::vector<double> values;
    for (const auto& row : store.measurements().query({sensor, {}, {}, {}, 100, true}, std::chrono::seconds(10)).rows)
        values.push_back(row.value);
    return values;
}

} // namespace

BOOST_AUTO_TEST_SUITE(ingest)

BOOST_AUTO_TEST_CASE(a_value_of_a_source_is_stored) {
    test::broker b;
    BOOST_TEST((b.publish("iot/measurements", R"({"sensor_id":3,"type":"light","value":2.57,"unit":"V"})") ==
                publish_outcome::stored));
    BOOST_TEST(b.store->measurements().count() == 0U); // not before the batch is written
    b.commit();
    const auto last = b.store->measurements().last(3);
    BOOST_REQUIRE(last.has_value());
    BOOST_TEST(last->value == 2.57);
    BOOST_TEST(last->time_ms() == noon_ms);
    const auto sensor = b.store->sensor_table().find(3);
    BOOST_REQUIRE(sensor.has_value());
    BOOST_TEST(sensor->name == "light 3");
    BOOST_TEST(sensor->unit == "V");
}

BOOST_AUTO_TEST_CASE(a_dht11_message_feeds_two_sensors) {
    test::broker b;
    ingest_report report;
    b.publish("dht11/sensor/data", R"({"temperature":25,"humidity":60})", &report);
    BOOST_REQUIRE(report.sensors.size() == 2U);
    BOOST_TEST(report.sensors[0] == 100'001U);
    BOOST_TEST(report.sensors[1] == 100'002U);
    BOOST_TEST(report.incidents.empty());
    b.commit();
    BOOST_TEST(values_of(*b.store, 100'001) == std::vector<double>{25}, boost::test_tools::per_element());
    BOOST_TEST(values_of(*b.store, 100'002) == std::vector<double>{60}, boost::test_tools::per_element());
    BOOST_TEST(b.store->sensor_table().find(100'001)->device == "sensor");
    BOOST_TEST(b.store->sensor_table().find(100'002)->type == "humidity");
}

BOOST_AUTO_TEST_CASE(plain_topics_name_place_and_category) {
    test::broker b;
    b.publish("iot/livingroom/temp", "23.4");
    b.publish("iot/yanjo/sensor/hall/illuminate", "512");
    b.commit();
    const auto first = b.store->sensor_table().find(100'001), second = b.store->sensor_table().find(100'002);
    BOOST_REQUIRE(first.has_value());
    BOOST_REQUIRE(second.has_value());
    BOOST_TEST(first->name == "livingroom temp");
    BOOST_TEST(first->device == "livingroom");
    BOOST_TEST(first->type == "temperature");
    BOOST_TEST(second->name == "hall illuminate");
    BOOST_TEST(second->type == "light");
}

BOOST_AUTO_TEST_CASE(other_topics_are_not_its_business) {
    const test::broker b;
    for (const char* topic : {"iot/x", "iot/a/b/c", "dht11/a/b/data", "a", "iot", "$SYS/iot/temp", "xiot/a/b"})
        BOOST_TEST(!b.plugin->interest(topic).has_value(), topic);
    for (const char* topic : {"dht11/incidents/1", "dht11/alerts", "dht11/status", "sensors/3/state"})
        BOOST_TEST(!b.plugin->interest(topic).has_value(), topic); // P4
    for (const char* topic : {"iot/measurements", "iot/a/b", "iot/u/sensor/a/b", "dht11/x/data"})
        BOOST_TEST(b.plugin->interest(topic).has_value(), topic);
}

BOOST_AUTO_TEST_CASE(the_first_matching_source_decides) { // C-5
    test::broker b({{"source", "plain a/+"}, {"source", "measurement a/json"}});
    BOOST_TEST(b.refusal("a/json", R"({"sensor_id":3,"value":1})") == "not_a_number");
    test::broker other({{"source", "measurement a/json"}, {"source", "plain a/+"}});
    BOOST_TEST(other.refusal("a/json", R"({"sensor_id":3,"value":1})").empty());
}

BOOST_AUTO_TEST_CASE(an_acknowledgement_waits_only_for_what_is_stored) { // P6
    test::broker b;
    BOOST_TEST((b.publish("iot/hall/temp", "20") == publish_outcome::stored));
    BOOST_TEST((b.publish("iot/hall/temp", "warm") == publish_outcome::pass));
    BOOST_TEST((b.publish("other", "20") == publish_outcome::pass));
    test::broker async({{"sync", "async"}});
    BOOST_TEST((async.publish("iot/hall/temp", "20") == publish_outcome::pass));
    async.commit();
    BOOST_TEST(async.store->measurements().count() == 1U);
}

BOOST_AUTO_TEST_CASE(nothing_is_stored_of_a_refused_payload) {
    test::broker b;
    BOOST_TEST(b.refusal("iot/measurements", R"([{"sensor_id":3,"value":1},{"sensor_id":4}])") == "no_value");
    BOOST_TEST(b.refusal("dht11/sensor/data", R"({"temperature":25,"humidity":"wet"})") == "not_a_number");
    BOOST_TEST(b.refusal("iot/hall/light", "nan") == "not_a_number");
    BOOST_TEST(b.first.rows.empty());
    BOOST_TEST(b.page("/api/v1/ingest/rejected").starts_with(R"({"counts":{"no_value":1,"not_a_number":2},)"));
}

BOOST_AUTO_TEST_CASE(an_id_of_another_source_costs_the_value) { // P3
    test::broker b;
    b.publish("iot/hall/temp", "20");
    b.first.rows = {};
    BOOST_TEST(!b.refusal("iot/measurements", R"({"sensor_id":100001,"value":1})").empty());
    BOOST_TEST(b.first.rows.measurements.empty());
}

BOOST_AUTO_TEST_CASE(limits_on_sensors_are_kept) {
    test::broker b({{"max_sensors", "1"}});
    BOOST_TEST(b.refusal("iot/hall/temp", "20").empty());
    BOOST_TEST(b.refusal("iot/attic/temp", "20") == "too_many_sensors");
    BOOST_TEST(b.refusal("iot/hall/temp", "21").empty());
    test::broker closed({{"auto_create", "false"}});
    BOOST_TEST(closed.refusal("iot/hall/temp", "20") == "unknown_sensor");
    BOOST_TEST(closed.first.rows.empty());
}

BOOST_AUTO_TEST_CASE(incidents_are_reported_to_who_asked) { // A-14
    test::broker b;
    ingest_report report;
    b.publish("dht11/sensor/data", R"({"temperature":40,"humidity":90})", &report);
    BOOST_REQUIRE(report.incidents.size() == 2U);
    BOOST_TEST(report.incidents[0] == 1U);
    BOOST_TEST(report.incidents[1] == 2U);
    BOOST_TEST(b.first.to("dht11/alerts").size() == 2U);
    ingest_report again;
    b.publish("dht11/sensor/data", R"({"temperature":41})", &again);
    BOOST_TEST(again.incidents.empty());
    b.commit();
    BOOST_TEST(b.store->incident_table().list({}).size() == 2U);
}

BOOST_AUTO_TEST_CASE(thresholds_follow_a_type_that_comes_late) { // B-2
    test::broker b;
    b.publish("iot/measurements", R"({"sensor_id":3,"value":50})");
    BOOST_TEST(b.first.to("dht11/alerts").empty());
    b.publish("iot/measurements", R"({"sensor_id":3,"value":50,"type":"temperature"})");
    BOOST_TEST(b.first.to("dht11/alerts").size() == 1U);
    b.publish("iot/measurements", R"({"sensor_id":3,"value":20})");
    BOOST_TEST(b.first.to("dht11/alerts").size() == 2U);
}

BOOST_AUTO_TEST_CASE(an_incident_of_one_worker_closes_on_another) {
    test::broker b;
    b.publish_on(b.second, "iot/hall/temp", "20");
    b.publish_on(b.first, "iot/hall/temp", "40");
    b.publish_on(b.second, "iot/hall/temp", "20");
    BOOST_TEST(b.second.to("dht11/alerts").size() == 1U);
    BOOST_TEST(b.page("/mqtt/status").find(R"("open_incidents":0)") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(workers_share_sensors) {
    test::broker b;
    b.publish_on(b.first, "iot/hall/temp", "20");
    b.publish_on(b.second, "iot/hall/temp", "21");
    b.commit();
    BOOST_TEST(b.store->sensor_table().all().size() == 1U);
    BOOST_TEST(b.store->measurements().summary(100'001).count == 2U);
}

BOOST_AUTO_TEST_CASE(log_topics_are_logged_and_not_stored) { // E-3
    test::broker b({{"log_topic", "django/mqtt"}, {"log_topic", "iot/#"}});
    BOOST_TEST((b.publish("django/mqtt", "Hello\n" + std::string(1000, 'x')) == publish_outcome::pass));
    BOOST_REQUIRE(b.log.lines.size() == 1U);
    const auto& line = b.log.lines[0];
    BOOST_TEST(line.find("Received message on topic: django/mqtt with payload: Hello\\x0A") != std::string::npos);
    BOOST_TEST(line.size() < 400U);
    BOOST_TEST((b.publish("iot/hall/temp", "20") == publish_outcome::stored)); // both
    BOOST_TEST(b.log.lines.size() == 2U);
}

BOOST_AUTO_TEST_CASE(it_stands_in_a_chain) {
    test::broker b;
    plugin::chain chain;
    chain.add(std::move(b.plugin));
    BOOST_TEST(chain.interested_in("other").empty());
    const auto asked = chain.interested_in("iot/hall/temp");
    BOOST_REQUIRE(asked.size() == 1U);
    const codec::publish packet{"iot/hall/temp", "20", codec::qos::at_least_once, false, false, 1};
    BOOST_TEST((plugin::chain::on_publish(asked, b.first, packet, {}, nullptr) == publish_outcome::stored));
    BOOST_TEST(b.first.rows.measurements.size() == 1U);
    BOOST_TEST(chain.on_http({"GET", "/mqtt/status", {}, {}}).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
