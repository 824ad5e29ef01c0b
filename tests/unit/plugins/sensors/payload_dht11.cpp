// Payloads of dht11 topics: {"temperature":25,"humidity":60} (features A-34, H9, H11).
#include "broker/plugins/sensors/payload.hpp"

#include <boost/test/unit_test.hpp>

using namespace nightjar::plugins::sensors;

namespace {

struct wrong {
    std::string payload;
    std::string_view reason;
};

void refuses(std::initializer_list<wrong> table) {
    for (const auto& [payload, reason] : table) BOOST_TEST_CONTEXT(payload.substr(0, 100)) {
            const auto got = parse_dht11(payload);
            BOOST_TEST(got.rejected == reason);
            BOOST_TEST(got.readings.empty());
        }
}

} // namespace

BOOST_AUTO_TEST_SUITE(payload_dht11)

BOOST_AUTO_TEST_CASE(both_fields_are_two_readings) {
    const auto got = parse_dht11(R"({"temperature":25,"humidity":60})");
    BOOST_TEST(got.rejected.empty());
    BOOST_REQUIRE(got.readings.size() == 2U);
    const auto &temperature = got.readings[0], &humidity = got.readings[1];
    BOOST_TEST(temperature.type == "temperature");
    BOOST_TEST(temperature.value == 25);
    BOOST_TEST(temperature.id == 0U);
    BOOST_TEST(humidity.type == "humidity");
    BOOST_TEST(humidity.value == 60);
    BOOST_TEST(!humidity.time_ms.has_value());
}

BOOST_AUTO_TEST_CASE(one_field_suffices) {
    for (const char* payload : {R"({"temperature":25})", R"({"humidity":25})"})
        BOOST_TEST(parse_dht11(payload).readings.size() == 1U, payload);
}

BOOST_AUTO_TEST_CASE(order_does_not_matter) {
    const auto got = parse_dht11(R"({"humidity":60,"temperature":25})");
    BOOST_REQUIRE(got.readings.size() == 2U);
    BOOST_TEST((got.readings[0].type == "temperature" ? got.readings[0] : got.readings[1]).value == 25);
}

BOOST_AUTO_TEST_CASE(other_fields_are_kept_out) {
    const auto got = parse_dht11(R"( {"temperature":25,"device":"é","list":[1,{"humidity":9}],"Humidity":7} )");
    BOOST_TEST(got.rejected.empty());
    BOOST_TEST(got.readings.size() == 1U);
}

BOOST_AUTO_TEST_CASE(numbers_come_in_many_forms) {
    const std::pair<const char*, double> table[] = {{"25", 25},
                                                    {"25.5", 25.5},
                                                    {"-40", -40},
                                                    {"0", 0},
                                                    {"2.5e1", 25},
                                                    {"5e-324", 5e-324},
                                                    {"1e308", 1e308},
                                                    {"\"25.5\"", 25.5},
                                                    {"\"-3\"", -3},
                                                    {"\"1e2\"", 100},
                                                    {"18446744073709551616", 18446744073709551616.0}};
    for (const auto& [number, value] : table) BOOST_TEST_CONTEXT(number) {
            const auto got = parse_dht11(std::string(R"({"temperature":)") + number + "}");
            BOOST_REQUIRE(got.readings.size() == 1U);
            BOOST_TEST(got.readings[0].value == value);
        }
}

BOOST_AUTO_TEST_CASE(a_name_given_twice_is_one_value) {
    BOOST_TEST(parse_dht11(R"({"temperature":1,"temperature":2})").readings.size() == 1U);
}

BOOST_AUTO_TEST_CASE(what_is_not_json) {
    const std::string deep(20'000, '[');
    refuses({{"", "not_json"},
             {" ", "not_json"},
             {"{", "not_json"},
             {"hello", "not_json"},
             {R"({"temperature":25)", "not_json"},
             {R"({"temperature":25}x)", "not_json"},
             {R"({"temperature":25}{"temperature":25})", "not_json"},
             {R"({'temperature':25})", "not_json"},
             {R"({"temperature":25,})", "not_json"},
             {R"({"temperature":})", "not_json"},
             {R"({"temperature":+5})", "not_json"},
             {R"({"temperature":.5})", "not_json"},
             {R"({"temperature":0x10})", "not_json"},
             {R"({"temperature":nan})", "not_json"},
             {R"({"temperature":NaN})", "not_json"},
             {R"({"temperature":-Infinity})", "not_json"},
             {"\xEF\xBB\xBF{\"temperature\":25}", "not_json"},
             {"{\"temperature\":25,\"a\":\"\xFF\"}", "not_json"},
             {"{\"temperature\":25,\"\xC3\":1}", "not_json"},
             {std::string("{\"temperature\":25}\0", 19), "not_json"},
             {deep, "not_json"},
             {"{\"temperature\":" + deep, "not_json"}});
}

BOOST_AUTO_TEST_CASE(json_of_another_shape) {
    refuses({{"25", "wrong_shape"},
             {"null", "wrong_shape"},
             {"true", "wrong_shape"},
             {"\"25\"", "wrong_shape"},
             {"[]", "wrong_shape"},
             {R"([{"temperature":25}])", "wrong_shape"}});
}

BOOST_AUTO_TEST_CASE(neither_of_the_two) {
    refuses({{"{}", "no_value"},
             {R"({"Temperature":25})", "no_value"},
             {R"({"temp":25,"hum":60})", "no_value"},
             {R"({"data":{"temperature":25}})", "no_value"}});
}

BOOST_AUTO_TEST_CASE(values_that_are_no_numbers) {
    for (const std::string value :
         {"null", "true", "false", "[]", "[25]", "{}", "\"\"", "\"warm\"", "\"25,5\"", "\"25 C\"", "\"nan\"", "\"inf\"",
          "\"-Infinity\"", "\"1e400\"", "1e400", "-1e400", "\"0x10\""})
        refuses({{R"({"temperature":)" + value + "}", "not_a_number"}});
}

BOOST_AUTO_TEST_CASE(nothing_is_taken_of_a_payload_that_is_wrong_in_part) {
    refuses({{R"({"temperature":25,"humidity":"wet"})", "not_a_number"},
             {R"({"temperature":null,"humidity":60})", "not_a_number"}});
}

BOOST_AUTO_TEST_CASE(very_large_payloads) {
    const auto padded = [](std::size_t blanks) { return R"({"temperature":25)" + std::string(blanks, ' ') + "}"; };
    BOOST_TEST(parse_dht11(padded(100'000)).readings.size() == 1U);
    refuses({{padded(1'000'000), "too_large"}});
}

BOOST_AUTO_TEST_CASE(timestamps_of_the_device) { // H8: ISO with Z or offset, epoch s and ms
    for (const std::string time :
         {"\"2026-01-28T15:07:55Z\"", "\"2026-01-28T16:07:55+01:00\"", "1769612875", "1769612875000", "\"1769612875\""})
        BOOST_TEST_CONTEXT(time) {
            const auto got = parse_dht11(R"({"temperature":25,"humidity":60,"timestamp":)" + time + "}");
            BOOST_REQUIRE(got.readings.size() == 2U);
            BOOST_TEST(got.readings[0].time_ms.value_or(0) == 1'769'612'875'000);
            BOOST_TEST(got.readings[1].time_ms.value_or(0) == 1'769'612'875'000);
        }
    BOOST_TEST(*parse_dht11(R"({"temperature":25,"timestamp":1769612875.25})").readings[0].time_ms ==
               1'769'612'875'250);
}

BOOST_AUTO_TEST_CASE(a_useless_timestamp_does_not_cost_the_value) {
    for (const std::string time : {"\"yesterday\"", "null", "[]", "\"\"", "1e300", "\"2026-13-01T00:00:00Z\""}) {
        const auto got = parse_dht11(R"({"temperature":25,"timestamp":)" + time + "}");
        BOOST_TEST(got.readings.size() == 1U, time);
        BOOST_TEST(!got.readings.front().time_ms.has_value(), time);
    }
}

BOOST_AUTO_TEST_SUITE_END()
