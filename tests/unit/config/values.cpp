// The values of options, one table for each kind.
#include "broker/config/values.hpp"

#include <limits>
#include <utility>

#include <boost/test/unit_test.hpp>

using namespace nightjar::config;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(values)

BOOST_AUTO_TEST_CASE(blanks_are_trimmed_on_both_sides) {
    const std::pair<const char*, const char*> table[] = {
        {"", ""},
        {" ", ""},
        {" \t\r\n ", ""},
        {"a", "a"},
        {" a", "a"},
        {"a ", "a"},
        {"\ta b\r", "a b"},
        {" a\tb ", "a\tb"},
        {"\xC2\xA0"
         "a",
         "\xC2\xA0"
         "a"}, // not of ASCII: stays
    };
    for (const auto& [text, trimmed] : table) BOOST_TEST(trim(text) == trimmed, '"' << text << '"');
}

BOOST_AUTO_TEST_CASE(a_word_ends_at_a_blank) {
    const std::pair<const char*, const char*> table[] = {{"", ""},   {"a", "a"},       {"a b", "a"}, {"a\tb c", "a"},
                                                         {" a", ""}, {"a#b c", "a#b"}, {"a ", "a"}};
    for (const auto& [text, word] : table) BOOST_TEST(first_word(text) == word, '"' << text << '"');
}

BOOST_AUTO_TEST_CASE(booleans_are_four_words) {
    for (const char* yes : {"true", "1", "true false", "1\tx", "true # yes"})
        BOOST_TEST(parse_bool(yes).value_or(false), yes);
    for (const char* no : {"false", "0", "false true", "0 1"}) BOOST_TEST(!parse_bool(no).value_or(true), no);
    for (const char* bad :
         {"", "True", "TRUE", "yes", "no", "on", "off", "2", "-1", "01", "0x1", "true,", "truefalse", " true"})
        BOOST_TEST(!parse_bool(bad), bad);
}

BOOST_AUTO_TEST_CASE(integers_have_the_bases_of_c) {
    const std::pair<const char*, std::int64_t> table[] = {
        {"0", 0},
        {"1883", 1883},
        {"-1", -1},
        {"+5", 5},
        {"0x75B", 1883},
        {"0X75b", 1883},
        {"-0x10", -16},
        {"010", 8},
        {"-010", -8},
        {"00", 0},
        {"5 apples", 5},
        {"5\tx", 5},
        {"10 # text", 10},
        {"0x0", 0},
        {"9223372036854775807", std::numeric_limits<std::int64_t>::max()},
        {"-9223372036854775808", std::numeric_limits<std::int64_t>::min()},
        {"0x7FFFFFFFFFFFFFFF", std::numeric_limits<std::int64_t>::max()},
    };
    for (const auto& [text, number] : table) BOOST_TEST(parse_integer(text).value_or(-77) == number, text);
}

BOOST_AUTO_TEST_CASE(what_is_no_integer_is_refused) {
    for (const char* bad : {"", "x", "-", "+", "0x", "0xg", "08", "09", "5a", "5,", "1.5", "1e3", "--1", "5#", "true",
                            "9223372036854775808", "-9223372036854775809", "99999999999999999999999"})
        BOOST_TEST(!parse_integer(bad), bad);
}

BOOST_AUTO_TEST_CASE(durations_have_a_unit) {
    const std::pair<const char*, std::chrono::seconds> table[] = {
        {"1s", 1s},        {"90s", 90s},
        {"2h", 2h},        {"14d", 14 * 24h},
        {"1w", 7 * 24h},   {"2m", 60 * 24h},
        {"1y", 365 * 24h}, {"14d really", 14 * 24h},
        {"0x10s", 16s},    {"1000y", 1000 * 365 * 24h},
    };
    for (const auto& [text, length] : table)
        BOOST_TEST(parse_duration(text).value_or(0s).count() == length.count(), text);
}

BOOST_AUTO_TEST_CASE(what_is_no_duration_is_refused) {
    for (const char* bad : {"", "d", "14", "0d", "-1d", "14D", "14 d", "14dd", "1.5h", "d14", "14x", "never", "1001y",
                            "31536000001s", "9223372036854775807y", "9223372036854775808s"})
        BOOST_TEST(!parse_duration(bad), bad);
}

BOOST_AUTO_TEST_CASE(utf8_is_recognised) {
    for (const char* good :
         {"", "a", "a b\t", "\x7F", "Humidit\xC3\xA9", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xE2\x82\xAC",
          "\xEF\xBF\xBF", "\xF0\x90\x80\x80", "\xF0\x9F\xA6\x9F", "\xF4\x8F\xBF\xBF"})
        BOOST_TEST(is_utf8(good), good);
}

BOOST_AUTO_TEST_CASE(broken_utf8_is_refused) {
    for (const char* bad : {"\x80",
                            "\xBF",
                            "\xC0\xAF",
                            "\xC1\xBF",
                            "\xC3",
                            "a\xC3",
                            "\xC3z",
                            "\xC3\xC3",
                            "\xE2\x82",
                            "\xE2\x82z",
                            "\xE2z\x82",
                            "\xF0\x9F\xA6",
                            "\xF5\x80\x80\x80",
                            "\xFE",
                            "\xFF",
                            "Humidit\xE9 forte",
                            "\xE0\x80\x80",
                            "\xF0\x80\x80\x80",
                            "\xED\xA0\x80",
                            "\xF4\x90\x80\x80"})
        BOOST_TEST(!is_utf8(bad), bad);
    BOOST_TEST(!is_utf8(std::string_view("a\0b", 3)));
    BOOST_TEST(!is_utf8(std::string_view("\xC3\xA9", 1))); // not beyond the view
}

BOOST_AUTO_TEST_CASE(the_distance_counts_changed_letters) {
    struct {
        const char *a, *b;
        std::size_t distance;
    } constexpr table[] = {
        {"", "", 0},        {"a", "", 1},      {"abc", "abc", 0},        {"abc", "abd", 1}, {"abc", "ab", 1},
        {"abc", "xabc", 1}, {"ab", "ba", 2},   {"kitten", "sitting", 3}, {"abc", "xyz", 3}, {"listner", "listener", 1},
        {"a", "abcdef", 5}, {"Abc", "abc", 1},
    };
    for (const auto& [a, b, distance] : table) {
        BOOST_TEST(edit_distance(a, b) == distance, a << ' ' << b);
        BOOST_TEST(edit_distance(b, a) == distance, b << ' ' << a);
    }
}

BOOST_AUTO_TEST_SUITE_END()
