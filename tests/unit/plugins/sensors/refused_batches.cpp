// A message of several sensors is stored whole or not at all, and a refused one leaves no sensor behind.
#include "tests/unit/plugins/sensors/fixture.hpp"

using namespace nightjar;
using namespace nightjar::plugins::sensors;
using namespace nightjar::plugins::sensors::test;

BOOST_AUTO_TEST_SUITE(refused_batches)

BOOST_AUTO_TEST_CASE(an_id_of_another_source_leaves_no_sensor) {
    test::broker b;
    b.publish("iot/hall/temp", "20"); // takes 100001
    b.commit();
    BOOST_TEST(b.refusal("iot/measurements", R"([{"sensor_id":5,"value":1},{"sensor_id":100001,"value":1}])") ==
               "id_of_another_source");
    b.commit();
    BOOST_TEST(!b.store->sensor_table().find(5).has_value());
}

BOOST_AUTO_TEST_CASE(too_many_at_once_use_nothing_up) {
    test::broker b({{"max_sensors", "2"}});
    const auto three = R"([{"sensor_id":1,"value":1},{"sensor_id":2,"value":1},{"sensor_id":3,"value":1}])";
    BOOST_TEST(b.refusal("iot/measurements", three) == "too_many_sensors");
    const auto twice = R"([{"sensor_id":1,"value":1},{"sensor_id":1,"value":2},{"sensor_id":2,"value":1}])";
    BOOST_TEST(b.refusal("iot/measurements", twice) == ""); // two sensors
}

BOOST_AUTO_TEST_CASE(a_free_place_is_none_for_two) {
    test::broker b({{"max_sensors", "2"}});
    b.publish("iot/measurements", R"({"sensor_id":1,"value":1})");
    const auto both = R"({"temperature":20,"humidity":50})";
    for (int i = 0; i < 2; ++i) BOOST_TEST(b.refusal("dht11/hall/data", both) == "too_many_sensors");
    BOOST_TEST(b.refusal("dht11/hall/data", R"({"temperature":20})") == "");
    BOOST_TEST(b.refusal("dht11/hall/data", both) == "too_many_sensors");
    BOOST_TEST(b.refusal("iot/measurements", R"({"sensor_id":1,"value":2})") == "");
}

BOOST_AUTO_TEST_CASE(those_that_another_worker_knows_are_not_new) {
    test::broker b({{"max_sensors", "3"}});
    b.publish("dht11/hall/data", R"({"temperature":20,"humidity":50})");
    b.publish("iot/measurements", R"([{"sensor_id":1,"value":1}])");
    plugin::ingest_report report;
    b.publish_on(b.second, "dht11/hall/data", R"({"temperature":20,"humidity":50})", &report);
    BOOST_TEST(report.rejected == "");
    BOOST_TEST(report.sensors.size() == 2U);
}

BOOST_AUTO_TEST_CASE(another_unit_of_a_merged_one_leaves_no_sensor) {
    test::broker b;
    b.publish("iot/measurements", R"([{"sensor_id":1,"value":1,"unit":"V"},{"sensor_id":2,"value":1}])");
    plugin::ingest_report report;
    b.publish("$CONTROL/sensors", R"({"action":"merge","sensor":2,"set":{"into":1}})", &report);
    BOOST_TEST(report.status == 200U);
    b.first.rows = {};
    BOOST_TEST(b.refusal("iot/measurements", R"([{"sensor_id":5,"value":1},{"sensor_id":2,"value":5,"unit":"mV"}])") ==
               "other_unit");
    BOOST_TEST(b.first.rows.sensors.empty());
    BOOST_TEST(b.first.rows.measurements.empty());
    BOOST_TEST(b.refusal("iot/measurements", R"({"sensor_id":2,"value":5})") == "");
    BOOST_REQUIRE(!b.first.rows.sensors.empty());
    BOOST_TEST(b.first.rows.sensors.back().unit == "V");
}

BOOST_AUTO_TEST_CASE(what_one_worker_learns_the_others_know) { // B-2, A-8
    test::broker b;
    const auto hot = R"({"sensor_id":3,"value":50})";
    b.publish_on(b.first, "iot/measurements", hot);
    b.publish_on(b.second, "iot/measurements", hot);
    b.publish_on(b.first, "iot/measurements", R"({"sensor_id":3,"value":20,"type":"temperature"})");
    b.second.now_ms += 1000;
    b.publish_on(b.second, "iot/measurements", hot);
    BOOST_TEST(b.second.to("dht11/alerts").size() == 1U);
}

BOOST_AUTO_TEST_CASE(thresholds_are_those_of_whole_ids) { // B-8
    test::broker b;
    b.publish("iot/measurements", R"({"sensor_id":3,"value":1})");
    b.commit();
    BOOST_TEST(b.page("/api/monitoring/sensors/3/thresholds") != "none");
    for (const auto* id : {"3.5", "3e0", "+3", "0", ""})
        BOOST_TEST(b.page("/api/monitoring/sensors/" + std::string(id) + "/thresholds") == "none", id);
}

BOOST_AUTO_TEST_SUITE_END()
