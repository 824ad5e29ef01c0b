// Numbers that devices and clients send, as JSON numbers and as strings.
#include "broker/text/json_number.hpp"

#include <cmath>
#include <utility>

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

using namespace nightjar::text;
namespace json = boost::json;

BOOST_AUTO_TEST_SUITE(json_number)

BOOST_AUTO_TEST_CASE(numbers_and_numeric_strings) {
    BOOST_TEST(number_of(json::parse("25")).value() == 25);
    BOOST_TEST(number_of(json::parse("-2.5e1")).value() == -25);
    BOOST_TEST(number_of(json::parse("\"25.5\"")).value() == 25.5);
    for (const char* bad :
         {"\"\"", "\"x\"", "\"25,5\"", "\" 25\"", "\"nan\"", "\"inf\"", "\"1e400\"", "1e400", "true", "null", "[1]"})
        BOOST_TEST(!number_of(json::parse(bad)), bad);
}

BOOST_AUTO_TEST_CASE(the_whole_text_is_a_decimal_number) {
    const std::pair<const char*, double> good[] = {
        {"0", 0},
        {"25", 25},
        {"-40", -40},
        {"25.50", 25.5},
        {"-0.125", -0.125},
        {"1e3", 1000},
        {"1E3", 1000},
        {"1e+3", 1000},
        {"-2.5e-1", -0.25},
        {"007", 7},
        {"1.7976931348623157e308", 1.7976931348623157e308},
        {"5e-324", 5e-324},
        {"0.1", 0.1},
    };
    for (const auto& [text, number] : good) BOOST_TEST(parse_number(text).value_or(-1) == number, text);
    BOOST_TEST(std::signbit(parse_number("-0").value()));
}

BOOST_AUTO_TEST_CASE(anything_else_is_refused) {
    for (const char* bad : {"",
                            " ",
                            "25 ",
                            " 25",
                            "\t25",
                            "25\n",
                            "+25",
                            "0x10",
                            "0b1",
                            "1,5",
                            "1.2.3",
                            "--1",
                            "- 1",
                            "e5",
                            ".",
                            "-",
                            "1e",
                            "1e+",
                            "25C",
                            "nan",
                            "-nan",
                            "NaN",
                            "inf",
                            "-inf",
                            "INF",
                            "infinity",
                            "nan(1)",
                            "1e400",
                            "-1e400",
                            "true",
                            "1'000",
                            "1_000",
                            "\xC2\xA0"
                            "25"})
        BOOST_TEST(!parse_number(bad), bad);
    BOOST_TEST(!parse_number(std::string_view("25\0", 3)));
}

BOOST_AUTO_TEST_CASE(only_the_view_is_read) { BOOST_TEST(parse_number(std::string_view("2599", 2)).value() == 25); }

BOOST_AUTO_TEST_CASE(large_integers_become_doubles) {
    BOOST_TEST(number_of(json::parse("18446744073709551615")).value() == 18446744073709551615.0);
    BOOST_TEST(number_of(json::parse("-9223372036854775808")).value() == -9223372036854775808.0);
    BOOST_TEST(number_of(json::parse("0")).value() == 0);
}

BOOST_AUTO_TEST_CASE(other_kinds_of_values_are_no_numbers) {
    for (const char* bad : {"false", "{}", "[]", "{\"a\":1}", "\"1 \"", "\"0x1\"", "\"1\\u0000\"", "-1e400"})
        BOOST_TEST(!number_of(json::parse(bad)), bad);
}

BOOST_AUTO_TEST_CASE(what_is_too_small_is_nought) {
    BOOST_TEST(parse_number("1e-400").value() == 0);
    BOOST_TEST(!parse_number("1e400").has_value());
}

BOOST_AUTO_TEST_CASE(ids_are_digits_alone) {
    BOOST_TEST(parse_id("1").value() == 1U);
    BOOST_TEST(parse_id("4294967295").value() == 4'294'967'295U);
    for (const auto* bad : {"", "0", "-1", "+1", "1.0", "1e3", " 1", "1 ", "4294967296", "x"})
        BOOST_TEST(!parse_id(bad).has_value(), bad);
}

BOOST_AUTO_TEST_SUITE_END()
