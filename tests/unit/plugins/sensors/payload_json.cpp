// JSON of other people's devices, by pointers (plugin_opt_source json).
#include "tests/unit/plugins/sensors/fixture.hpp"

using namespace nightjar;
using namespace nightjar::plugins::sensors;
using namespace nightjar::plugins::sensors::test;

namespace {

json_fields fields(const char* line) { return good_options({{"source", line}}).sources.at(0).fields; }

constexpr const char* zigbee = "json zigbee2mqtt/+ value=/temperature,,°C value=/humidity,,% time=/last_seen";

} // namespace

BOOST_AUTO_TEST_SUITE(payload_json)

BOOST_AUTO_TEST_CASE(values_with_type_and_unit) {
    const auto where = fields(zigbee);
    const auto got =
        parse_json(R"({"battery":100,"temperature":21.5,"humidity":"48","last_seen":"2026-01-28T15:07:55Z"})", where);
    BOOST_REQUIRE(got.readings.size() == 2U);
    BOOST_TEST(got.readings[0].value == 21.5);
    BOOST_TEST(got.readings[0].type == "temperature");
    BOOST_TEST(got.readings[0].unit == "°C");
    BOOST_TEST(got.readings[0].time_ms.value_or(0) == noon_ms);
    BOOST_TEST(got.readings[1].value == 48);
    BOOST_TEST(got.readings[1].source == "json /humidity");
}

BOOST_AUTO_TEST_CASE(what_is_missing_or_null_is_left_out) {
    const auto where = fields(zigbee);
    BOOST_TEST(parse_json(R"({"temperature":null,"humidity":48})", where).readings.size() == 1U);
    BOOST_TEST(parse_json(R"({"temperature":null})", where).rejected == "no_value");
    BOOST_TEST(parse_json("[]", where).rejected == "no_value");
    BOOST_TEST(parse_json("{", where).rejected == "not_json");
    BOOST_TEST(parse_json(R"({"temperature":"warm","humidity":48})", where).rejected == "not_a_number");
    BOOST_TEST(parse_json(R"({"temperature":{},"humidity":48})", where).rejected == "not_a_number");
}

BOOST_AUTO_TEST_CASE(deep_pointers_arrays_and_escapes) {
    const auto where = fields("json x/# value=/list/1/a~1b~0c,level name=/dev/name");
    BOOST_TEST(where.values[0].name == "a/b~c");
    const auto got = parse_json(R"({"list":[0,{"a/b~c":7}],"dev":{"name":"pump"}})", where);
    BOOST_REQUIRE(got.readings.size() == 1U);
    BOOST_TEST(got.readings[0].value == 7);
    BOOST_TEST(got.readings[0].type == "level");
    BOOST_TEST(got.readings[0].device == "pump");
    BOOST_TEST(parse_json(R"({"list":[0,{"a/b~c":7}]})", where).rejected == "no_name");
}

BOOST_AUTO_TEST_CASE(switches_are_numbers) {
    const auto where = fields("json x value=/s");
    const std::pair<const char*, double> table[] = {
        {R"({"s":true})", 1}, {R"({"s":"OFF"})", 0}, {R"({"s":"ON"})", 1}, {R"({"s":false})", 0}};
    for (const auto& [payload, value] : table) BOOST_TEST(parse_json(payload, where).readings.at(0).value == value);
}

BOOST_AUTO_TEST_CASE(a_sensor_for_each_value_and_device_found_again_after_a_restart) {
    test::broker b({{"source", "json all value=/t,temperature name=/n"}, {"source", zigbee}});
    b.publish("all", R"({"t":20,"n":"hall"})");
    b.publish("all", R"({"t":5.5,"n":"cellar"})");
    b.publish("zigbee2mqtt/porch", R"({"temperature":3,"humidity":90})");
    b.publish("zigbee2mqtt/porch", R"({"temperature":4,"humidity":91})");
    b.commit();
    const auto sensors = b.store->sensor_table().all();
    BOOST_REQUIRE(sensors.size() == 4U);
    BOOST_TEST(sensors[0].name == "hall t");
    BOOST_TEST(sensors[0].device == "hall");
    BOOST_TEST(sensors[1].device == "cellar");
    BOOST_TEST(sensors[2].name == "porch temperature");
    BOOST_TEST(sensors[2].source == "json /temperature");
    BOOST_TEST(sensors[3].type == "humidity");
    b.restart();
    b.publish("all", R"({"t":6,"n":"cellar"})");
    b.publish("zigbee2mqtt/porch", R"({"humidity":92})");
    b.commit();
    BOOST_TEST(b.store->sensor_table().all().size() == 4U);
    BOOST_TEST(b.store->measurements().last(sensors[1].id)->value == 6);
    BOOST_TEST(b.store->measurements().last(sensors[3].id)->value == 92);
}

BOOST_AUTO_TEST_CASE(mistakes_in_the_line) {
    for (const char* value :
         {"json", "json x", "json x/#/y value=/a", "json x value=a", "json x value=", "json x /a", "json x value=/a~2",
          "json x value=/a what=/b", "json x time=/t", "json x value=/a time=t"}) {
        std::vector<config::finding> found;
        static_cast<void>(read_options(conf({{"source", value}}), found));
        BOOST_TEST(found.size() == 1U, value);
    }
}

BOOST_AUTO_TEST_SUITE_END()
