// Payloads that are a bare number, as NodeMCU sketches send them (features C-4, C-6, H9).
#include "broker/plugins/sensors/payload.hpp"

#include <boost/test/unit_test.hpp>

using namespace nightjar::plugins::sensors;

namespace {

struct good {
    const char* payload;
    double value;
    const char* unit;
};

} // namespace

BOOST_AUTO_TEST_SUITE(payload_plain)

BOOST_AUTO_TEST_CASE(numbers_with_and_without_a_unit) {
    const good table[] = {{"23.4", 23.4, ""},
                          {"0", 0, ""},
                          {"-7", -7, ""},
                          {"+7.5", 7.5, ""},
                          {"1e3", 1000, ""},
                          {"-2.5E-1", -0.25, ""},
                          {"  23.4\r\n", 23.4, ""},
                          {"\t5 ", 5, ""},
                          {"23.4 °C", 23.4, "°C"},
                          {"60 %", 60, "%"},
                          {" 512  lux ", 512, "lux"},
                          {"+1 V", 1, "V"}};
    for (const auto& [payload, value, unit] : table) BOOST_TEST_CONTEXT(payload) {
            const auto got = parse_plain(payload, "temp");
            BOOST_TEST(got.rejected.empty());
            BOOST_REQUIRE(got.readings.size() == 1U);
            BOOST_TEST(got.readings.front().value == value);
            BOOST_TEST(got.readings.front().unit == unit);
            BOOST_TEST(got.readings.front().id == 0U);
            BOOST_TEST(!got.readings.front().time_ms.has_value());
        }
}

BOOST_AUTO_TEST_CASE(switches_are_one_and_zero) {
    const std::pair<const char*, double> table[] = {{"ON", 1}, {"OFF", 0}, {"true", 1}, {"false", 0}, {" ON\n", 1}};
    for (const auto& [payload, value] : table) BOOST_TEST_CONTEXT(payload) {
            const auto got = parse_plain(payload, "lamp");
            BOOST_REQUIRE(got.readings.size() == 1U);
            BOOST_TEST(got.readings.front().value == value);
        }
}

BOOST_AUTO_TEST_CASE(anything_else_is_not_a_number) {
    const std::string table[] = {"",      " ",       "\r\n",       "hello",  "nan",    "NAN",  "-nan",  "nan °C",
                                 "inf",   "-inf",    "Infinity",   "1e400",  "-1e400", "23,4", "1.2.3", "0x10",
                                 "+-5",   "++5",     "--5",        "+",      "-",      ".",    "e5",    "5e",
                                 "23.4C", "°C 23.4", "ON OFF",     "null",   "{}",     "[1]",  "\"5\"", "{\"value\":5}",
                                 "1'000", "\xFF",    "5 \xFF\xFE", "5 \xC3", "5\x01",  "ONE"};
    for (const auto& payload : table) BOOST_TEST_CONTEXT(payload) {
            const auto got = parse_plain(payload, "temp");
            BOOST_TEST(got.rejected == "not_a_number");
            BOOST_TEST(got.readings.empty());
        }
    BOOST_TEST(parse_plain(std::string_view("5\0", 2), "temp").rejected == "not_a_number");
}

BOOST_AUTO_TEST_CASE(long_texts_are_refused) {
    BOOST_TEST(parse_plain(std::string(1'000'000, '9'), "temp").rejected == "not_a_number");
    BOOST_TEST(parse_plain("5 " + std::string(1'000'000, 'x'), "temp").rejected == "not_a_number");
}

BOOST_AUTO_TEST_CASE(the_category_names_the_value) {
    BOOST_TEST(parse_plain("1", "pression").readings.front().name == "pression");
    BOOST_TEST(parse_plain("1", "humidité").readings.front().type == "humidité");
}

BOOST_AUTO_TEST_CASE(aliases_of_categories_set_the_type) {
    const std::pair<const char*, const char*> table[] = {
        {"temp", "temperature"}, {"temperature", "temperature"}, {"humi", "humidity"}, {"humidity", "humidity"},
        {"illu", "light"},       {"illuminate", "light"},        {"light", "light"},   {"pressure", "pressure"}};
    for (const auto& [category, type] : table) {
        BOOST_TEST(type_of_category(category) == type, category);
        BOOST_TEST(parse_plain("1", category).readings.front().type == type, category);
    }
    BOOST_TEST(parse_plain("1", "temp").readings.front().name == "temp"); // the name stays the category's
}

BOOST_AUTO_TEST_SUITE_END()
