// Payloads of measurement topics: {"sensor_id":3,"type":"light","value":2.57,"unit":"V"} and arrays (B-1, B-2, H9).
#include "broker/plugins/sensors/payload.hpp"

#include <boost/test/unit_test.hpp>

using namespace nightjar::plugins::sensors;

namespace {

void refuses(const std::string& payload, std::string_view reason) {
    BOOST_TEST_CONTEXT(payload.substr(0, 100)) {
        const auto got = parse_measurement(payload);
        BOOST_TEST(got.rejected == reason);
        BOOST_TEST(got.readings.empty());
    }
}

std::string with_id(const std::string& id) { return R"({"sensor_id":)" + id + R"(,"value":1})"; }
std::string with_value(const std::string& value) { return R"({"sensor_id":3,"value":)" + value + "}"; }

} // namespace

BOOST_AUTO_TEST_SUITE(payload_measurement)

BOOST_AUTO_TEST_CASE(all_fields) {
    const auto got = parse_measurement(
        R"({"sensor_id":3,"type":"light","value":2.57,"unit":"V","timestamp":"2026-01-28T15:07:55Z"})");
    BOOST_REQUIRE(got.readings.size() == 1U);
    const auto& r = got.readings.front();
    BOOST_TEST(r.id == 3U);
    BOOST_TEST(r.type == "light");
    BOOST_TEST(r.value == 2.57);
    BOOST_TEST(r.unit == "V");
    BOOST_TEST(r.time_ms.value_or(0) == 1'769'612'875'000);
}

BOOST_AUTO_TEST_CASE(id_and_value_suffice) {
    const auto got = parse_measurement(R"({"sensor_id":3,"value":2.57})");
    BOOST_REQUIRE(got.readings.size() == 1U);
    BOOST_TEST(got.readings.front().type.empty());
    BOOST_TEST(got.readings.front().unit.empty());
    BOOST_TEST(!got.readings.front().time_ms.has_value());
}

BOOST_AUTO_TEST_CASE(texts_outlive_the_payload) {
    auto payload = std::make_unique<std::string>(
        R"([{"sensor_id":1,"value":1,"type":"a","unit":"\u00b0C"},{"sensor_id":2,"value":2,"type":"lumi\u00e8re"}])");
    const auto first = parse_measurement(*payload);
    payload.reset();
    BOOST_REQUIRE(first.readings.size() == 2U);
    BOOST_TEST(first.readings[0].type == "a");
    BOOST_TEST(first.readings[0].unit == "°C");
    BOOST_TEST(first.readings[1].type == "lumière");
}

BOOST_AUTO_TEST_CASE(good_ids) {
    const std::pair<const char*, std::uint32_t> table[] = {
        {"1", 1}, {"\"3\"", 3}, {"3.0", 3}, {"100001", 100'001}, {"4294967295", 4'294'967'295}};
    for (const auto& [text, id] : table) BOOST_TEST_CONTEXT(text) {
            const auto got = parse_measurement(with_id(text));
            BOOST_REQUIRE(got.readings.size() == 1U);
            BOOST_TEST(got.readings.front().id == id);
        }
}

BOOST_AUTO_TEST_CASE(wrong_ids) {
    for (const char* id : {"0", "-1", "1.5", "4294967296", "1e300", "1e400", "99999999999999999999", "null", "true",
                           "[3]", "{}", "\"\"", "\"x\"", "\"3 \"", "\"0\"", "\"-3\"", "\"nan\""})
        refuses(with_id(id), "bad_sensor_id");
    refuses(R"({"value":1})", "bad_sensor_id");
    refuses("{}", "bad_sensor_id");
}

BOOST_AUTO_TEST_CASE(good_values) {
    const std::pair<const char*, double> table[] = {{"0", 0},           {"-0.001", -0.001}, {"1e300", 1e300},
                                                    {"5e-324", 5e-324}, {"\"25.5\"", 25.5}, {"\"-1e3\"", -1000}};
    for (const auto& [text, value] : table) BOOST_TEST_CONTEXT(text) {
            const auto got = parse_measurement(with_value(text));
            BOOST_REQUIRE(got.readings.size() == 1U);
            BOOST_TEST(got.readings.front().value == value);
        }
}

BOOST_AUTO_TEST_CASE(wrong_values) {
    for (const char* value : {"null", "true", "[1]", "{}", "\"\"", "\"warm\"", "\"25,5\"", "\"nan\"", "\"Infinity\"",
                              "1e400", "-1e400", "\"1e400\""})
        refuses(with_value(value), "not_a_number");
    for (const char* value : {"NaN", "Infinity", "-Infinity", "nan", "+1", "01", "1.", ""})
        refuses(with_value(value), "not_json");
    refuses(R"({"sensor_id":3})", "no_value");
    refuses(R"({"sensor_id":3,"Value":1})", "no_value");
}

BOOST_AUTO_TEST_CASE(what_is_not_json) {
    for (const std::string payload : {"", " ", "{", "]", "x", "23.4 C", "\xFF\xFE", "[]x", "{}{}"})
        refuses(payload, "not_json");
    refuses("{\"sensor_id\":3,\"value\":1,\"unit\":\"\xB0"
            "C\"}",
            "not_json"); // Latin-1
    refuses(std::string(20'000, '['), "not_json");
    refuses(R"({"sensor_id":3,"value":1,"x":)" + std::string(100, '[') + std::string(100, ']') + "}", "not_json");
}

BOOST_AUTO_TEST_CASE(json_of_another_shape) {
    for (const char* payload :
         {"5", "null", "true", "\"x\"", "[1]", "[[]]", R"([[{"sensor_id":3,"value":1}]])", "[null]"})
        refuses(payload, "wrong_shape");
}

BOOST_AUTO_TEST_CASE(arrays_are_batches) {
    const auto got =
        parse_measurement(R"([{"sensor_id":3,"value":1},{"sensor_id":4,"value":2},{"sensor_id":3,"value":3}])");
    BOOST_REQUIRE(got.readings.size() == 3U);
    BOOST_TEST(got.readings[0].value == 1);
    BOOST_TEST(got.readings[1].id == 4U);
    BOOST_TEST(got.readings[2].value == 3); // in order
    refuses("[]", "no_value");
}

BOOST_AUTO_TEST_CASE(one_wrong_element_costs_the_batch) {
    refuses(R"([{"sensor_id":3,"value":1},{"sensor_id":4,"value":"x"}])", "not_a_number");
    refuses(R"([{"sensor_id":3,"value":1},{"sensor_id":0,"value":1}])", "bad_sensor_id");
    refuses(R"([{"sensor_id":3,"value":1},5])", "wrong_shape");
    refuses(R"([{"sensor_id":3,"value":1},{"sensor_id":4}])", "no_value");
}

BOOST_AUTO_TEST_CASE(a_name_given_twice_is_one_reading) {
    BOOST_TEST(parse_measurement(R"({"sensor_id":3,"value":1,"value":2,"sensor_id":4})").readings.size() == 1U);
}

BOOST_AUTO_TEST_CASE(very_large_payloads) {
    std::string batch = "[" + with_value("1");
    for (int i = 1; i < 1000; ++i) batch += "," + with_value(std::to_string(i));
    BOOST_TEST(parse_measurement(batch + "]").readings.size() == 1000U);
    while (batch.size() < 1'000'000) batch += "," + with_value("1");
    refuses(batch + "]", "too_large");
    refuses(with_value("1") + std::string(1'000'000, ' '), "too_large");
}

BOOST_AUTO_TEST_SUITE_END()
