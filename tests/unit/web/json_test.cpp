// The JSON writer and the reading of bodies.
#include "web/json_body.hpp"
#include "web/text.hpp"

#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

using namespace nightjar::web;
namespace json = boost::json;

BOOST_AUTO_TEST_SUITE(json_text)

namespace {

std::string written(double number) { return json_writer().value(number).take(); }

std::string escaped(std::string_view text) { return json_writer().value(text).take(); }

} // namespace

BOOST_AUTO_TEST_CASE(commas_and_nesting) {
    json_writer out;
    out.begin_object().field("a", 1).field("b", "x").key("c").begin_array();
    out.value(1U).value(-2).begin_object().end_object().null().value(true).end_array();
    out.field("d", std::optional<std::string>())
        .field("e", std::optional<double>(2.5))
        .key("f")
        .raw("[1]")
        .end_object();
    BOOST_TEST(out.text() == R"({"a":1,"b":"x","c":[1,-2,{},null,true],"d":null,"e":2.5,"f":[1]})");
}

BOOST_AUTO_TEST_CASE(doubles_in_shortest_form) {
    BOOST_TEST(written(2.57) == "2.57");
    BOOST_TEST(written(25.0) == "25");
    BOOST_TEST(written(0.1 + 0.2) == "0.30000000000000004");
    BOOST_TEST(written(-40) == "-40");
    BOOST_TEST(written(std::numeric_limits<double>::quiet_NaN()) == "null");
    BOOST_TEST(written(std::numeric_limits<double>::infinity()) == "null");
    std::mt19937_64 random(7);
    for (int i = 0; i < 10'000; ++i) {
        double number = 0;
        const auto bits = random();
        static_assert(sizeof bits == sizeof number);
        std::memcpy(&number, &bits, sizeof number);
        if (!std::isfinite(number)) continue;
        const std::string text = written(number);
        double back = 0;
        std::from_chars(text.data(), text.data() + text.size(), back);
        BOOST_TEST_REQUIRE(back == number);
    }
}

BOOST_AUTO_TEST_CASE(strings_are_escaped_utf8) {
    BOOST_TEST(escaped("a\"b\\c\n\r\t\x01\x7F") == R"("a\"b\\c\n\r\t\u0001\u007f")");
    BOOST_TEST(escaped("Capteur Humidit\xC3\xA9") == "\"Capteur Humidit\xC3\xA9\"");
    BOOST_TEST(escaped("\xF0\x9F\xA6\x9F") == "\"\xF0\x9F\xA6\x9F\"");
    const std::string replaced = "\xEF\xBF\xBD";
    BOOST_TEST(escaped("a\xFFz") == "\"a" + replaced + "z\"");
    BOOST_TEST(escaped("\xC3") == '"' + replaced + '"');
    BOOST_TEST(escaped("\xC0\xAF") == '"' + replaced + replaced + '"');                // overlong
    BOOST_TEST(escaped("\xED\xA0\x80") == '"' + replaced + replaced + replaced + '"'); // surrogate
    std::mt19937 random(11);
    for (int i = 0; i < 2'000; ++i) {
        std::string bytes;
        for (int n = 0; n < 12; ++n) bytes += static_cast<char>(random() % 256);
        boost::system::error_code error;
        json::parse(escaped(bytes), error); // refuses ill-formed UTF-8
        BOOST_TEST_REQUIRE(!error);
    }
}

BOOST_AUTO_TEST_CASE(bodies) {
    BOOST_TEST(parse_object(R"({"a":1})").has_value());
    for (const char* bad :
         {"", "[1]", "1", "null", "{", R"({"a":1} x)", R"({"a":NaN})", R"({'a':1})", "{\"a\":\"\xFF\"}"})
        BOOST_TEST(!parse_object(bad).has_value(), bad);
    BOOST_TEST(!parse_object("{\"a\":" + std::string(10'000, '[')).has_value()); // too deep
}

BOOST_AUTO_TEST_CASE(numbers_and_numeric_strings) {
    BOOST_TEST(number_of(json::parse("25")).value() == 25);
    BOOST_TEST(number_of(json::parse("-2.5e1")).value() == -25);
    BOOST_TEST(number_of(json::parse("\"25.5\"")).value() == 25.5);
    for (const char* bad :
         {"\"\"", "\"x\"", "\"25,5\"", "\" 25\"", "\"nan\"", "\"inf\"", "\"1e400\"", "1e400", "true", "null", "[1]"})
        BOOST_TEST(!number_of(json::parse(bad)), bad);
}

BOOST_AUTO_TEST_CASE(values_are_written_again) {
    const auto text = R"({"a":[1,2.5,"x",null,true,{"b":-3}],"c":18446744073709551615})";
    json_writer out;
    BOOST_TEST(write_json(out, json::parse(text)));
    BOOST_TEST(out.text() == text);
    json_writer infinite;
    BOOST_TEST(!write_json(infinite, json::parse(R"({"a":[1e400]})")));
}

BOOST_AUTO_TEST_SUITE_END()
