#include "broker/codec/topic.hpp"

#include <string>

#include <boost/test/unit_test.hpp>

using namespace nightjar::codec;
using namespace std::string_literals;

BOOST_AUTO_TEST_SUITE(topic_)

BOOST_AUTO_TEST_CASE(utf8) {
    for (const auto& good :
         {"a"s, ""s, "Capteur Humidit\xc3\xa9"s, "\xe6\xb8\xa9"s, "\xf0\x9f\x8c\xa1"s, "\xf4\x8f\xbf\xbd"s})
        BOOST_TEST(valid_utf8(good), good);
    const std::string bad[] = {
        "\0"s,               // [MQTT-1.5.3-2]
        "\xed\xa0\x80"s,     // a surrogate [MQTT-1.5.3-1]
        "\xc3"s,             // cut short
        "\xc3\x28"s,         // no continuation
        "\x80"s,             // no start
        "\xc0\x80"s,         // overlong
        "\xe0\x80\xaf"s,     // overlong
        "\xf0\x80\x80\xaf"s, // overlong
        "\xf4\x90\x80\x80"s, // beyond U+10FFFF
        "\xff"s,             //
        "\x07"s,             // control characters
        "\x7f"s,
        "\xc2\x85"s,
        "\xef\xbf\xbf"s, // U+FFFF
        "\xef\xb7\x90"s, // U+FDD0
    };
    for (const auto& text : bad) BOOST_TEST(!valid_utf8(text));
}

BOOST_AUTO_TEST_CASE(names) {
    for (const char* good : {"a", "/", "a/b", "/a/", "a b", "$SYS/x", "//"})
        BOOST_TEST(check_topic_name(good).has_value());
    for (const char* bad : {"", "+", "a/+", "#", "a#", "a+b"}) BOOST_TEST(!check_topic_name(bad).has_value());
    BOOST_TEST(check_topic_name(std::string(199, '/')).has_value()); // 200 levels
    BOOST_TEST((check_topic_name(std::string(200, '/')).error() == error::too_many_levels));
    BOOST_TEST((check_topic_name("a\0b"s).error() == error::invalid_utf8));
}

BOOST_AUTO_TEST_CASE(filters) {
    for (const char* good : {"#", "+", "a/#", "+/+", "/+", "a/+/b", "+/#", "$SYS/#", "/"})
        BOOST_TEST(check_topic_filter(good).has_value(), good);
    for (const char* bad : {"", "a#", "#/a", "a/#/b", "a+", "+a", "a/b+/c", "##", "a/##", "++"})
        BOOST_TEST(!check_topic_filter(bad).has_value(), bad);
}

BOOST_AUTO_TEST_CASE(matching) {
    struct row {
        const char *filter, *topic;
        bool matches;
    };
    const row rows[] = {
        {"sport/tennis/player1/#", "sport/tennis/player1", true},
        {"sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon", true},
        {"sport/#", "sport", true},
        {"#", "a/b/c", true},
        {"sport/tennis/+", "sport/tennis/player1", true},
        {"sport/tennis/+", "sport/tennis/player1/ranking", false},
        {"sport/+", "sport", false},
        {"sport/+", "sport/", true},
        {"+/+", "/finance", true},
        {"/+", "/finance", true},
        {"+", "/finance", false},
        {"#", "$SYS/x", false}, // [MQTT-4.7.2-1]
        {"+/monitor/Clients", "$SYS/monitor/Clients", false},
        {"$SYS/#", "$SYS/", true},
        {"$SYS/monitor/+", "$SYS/monitor/Clients", true},
        {"a", "a", true},
        {"a", "A", false}, // [MQTT-4.7.3-4]
        {"a/", "a", false},
    };
    for (const auto& r : rows)
        BOOST_TEST(topic_matches(r.filter, r.topic) == r.matches, r.filter << " and " << r.topic);
}

BOOST_AUTO_TEST_SUITE_END()
