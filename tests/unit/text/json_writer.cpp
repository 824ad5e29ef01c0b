// The JSON writer: commas, numbers, strings.
#include "broker/text/json_writer.hpp"

#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

using namespace nightjar::text;
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

BOOST_AUTO_TEST_CASE(control_characters_are_escaped_and_nothing_else) {
    for (int c = 0; c < 0x80; ++c) {
        const std::string text(1, static_cast<char>(c));
        const auto inside = escaped(text);
        BOOST_TEST(json::parse(inside).as_string() == text, "character " << c);
        const bool control = c < 0x20 || c == 0x7F || c == '"' || c == '\\';
        BOOST_TEST((inside.size() > 3) == control, "character " << c);
    }
    BOOST_TEST(escaped(std::string_view("a\0b", 3)) == R"("a\u0000b")");
    BOOST_TEST(escaped("</script>'") == "\"</script>'\"");
}

BOOST_AUTO_TEST_CASE(every_ill_formed_byte_is_replaced_alone) {
    const std::string mark = "\xEF\xBF\xBD";
    BOOST_TEST(escaped("\xE2\x82") == '"' + mark + mark + '"');                       // cut off
    BOOST_TEST(escaped("\xE2\x82z") == '"' + mark + mark + "z\"");                    // broken by ASCII
    BOOST_TEST(escaped("\xE0\x9F\xBF") == '"' + mark + mark + mark + '"');            // overlong
    BOOST_TEST(escaped("\xF0\x8F\xBF\xBF") == '"' + mark + mark + mark + mark + '"'); // overlong
    BOOST_TEST(escaped("\xF4\x90\x80\x80") == '"' + mark + mark + mark + mark + '"'); // behind U+10FFFF
    BOOST_TEST(escaped("\x80") == '"' + mark + '"');
    for (const char* last : {"\xED\x9F\xBF", "\xEE\x80\x80", "\xF4\x8F\xBF\xBF", "\xE0\xA0\x80", "\xC2\x80"})
        BOOST_TEST(escaped(last) == '"' + std::string(last) + '"');
}

BOOST_AUTO_TEST_CASE(integers_keep_all_their_digits) {
    json_writer out;
    out.begin_array();
    out.value(std::numeric_limits<std::int64_t>::min()).value(std::numeric_limits<std::uint64_t>::max());
    out.value(std::uint8_t{200}).value(std::int8_t{-3}).end_array();
    BOOST_TEST(out.text() == "[-9223372036854775808,18446744073709551615,200,-3]");
}

BOOST_AUTO_TEST_CASE(a_pointer_is_text_and_a_bool_is_no_number) {
    const char* pointer = "x";
    json_writer out;
    out.begin_object().field("p", pointer).field("s", std::string("y")).field("b", false);
    out.field("ob", std::optional<bool>(true)).field("on", std::optional<std::int64_t>()).end_object();
    BOOST_TEST(out.text() == R"({"p":"x","s":"y","b":false,"ob":true,"on":null})");
}

BOOST_AUTO_TEST_CASE(empty_containers_do_not_lose_the_comma) {
    json_writer out;
    out.begin_array().begin_array().end_array().begin_object().end_object().begin_array();
    out.begin_object().key("").begin_array().end_array().key("k").null().end_object();
    out.end_array().value("").end_array();
    BOOST_TEST(out.text() == R"([[],{},[{"":[],"k":null}],""])");
}

BOOST_AUTO_TEST_CASE(keys_are_escaped_too) {
    BOOST_TEST(json_writer().begin_object().field("a\"\n", 1).end_object().text() == R"({"a\"\n":1})");
}

BOOST_AUTO_TEST_CASE(deep_nesting_is_paired) {
    constexpr int depth = 100;
    json_writer out;
    for (int i = 0; i < depth; ++i) out.begin_array().value(i).begin_object().key("k");
    out.null();
    for (int i = 0; i < depth; ++i) out.end_object().end_array();
    json::parse_options deep;
    deep.max_depth = 2 * depth;
    BOOST_TEST(json::serialize(json::parse(out.text(), {}, deep)) == out.text());
}

BOOST_AUTO_TEST_CASE(append_json_string_keeps_what_is_there) {
    std::string out = "a=";
    append_json_string(out, "b\tc");
    BOOST_TEST(out == R"(a="b\tc")");
}

BOOST_AUTO_TEST_SUITE_END()
