#include "web/text.hpp"

#include <limits>
#include <utility>

#include <boost/test/unit_test.hpp>

using namespace nightjar::web;

BOOST_AUTO_TEST_SUITE(time_text)

BOOST_AUTO_TEST_CASE(written) {
    BOOST_TEST(format_time(0) == "1970-01-01T00:00:00Z");
    BOOST_TEST(format_time(1769612875000) == "2026-01-28T15:07:55Z");
    BOOST_TEST(format_time(1769612875007) == "2026-01-28T15:07:55.007Z");
    BOOST_TEST(format_time(1769612875120) == "2026-01-28T15:07:55.120Z");
    BOOST_TEST(format_time(-1) == "1969-12-31T23:59:59.999Z");
    BOOST_TEST(format_time(1709164800000) == "2024-02-29T00:00:00Z");
    BOOST_TEST(format_time(std::numeric_limits<std::int64_t>::max()) == "9999-12-31T23:59:59.999Z");
    BOOST_TEST(format_time(std::numeric_limits<std::int64_t>::min()) == "0000-01-01T00:00:00Z");
    BOOST_TEST(format_http_date(784111777000) == "Sun, 06 Nov 1994 08:49:37 GMT");
}

BOOST_AUTO_TEST_CASE(read) {
    const std::pair<const char*, std::int64_t> good[] = {
        {"2026-01-28T15:07:55Z", 1769612875000},
        {"2026-01-28t15:07:55z", 1769612875000},
        {"2026-01-28 15:07:55Z", 1769612875000},
        {"2026-01-28T15:07:55.5Z", 1769612875500},
        {"2026-01-28T15:07:55.123456789Z", 1769612875123},
        {"2026-01-28T16:07:55+01:00", 1769612875000},
        {"2026-01-28T16:07:55 01:00", 1769612875000}, // '+' as a query leaves it
        {"2026-01-28T10:07:55-0500", 1769612875000},
        {"2026-01-28T15:07Z", 1769612820000},
        {"2026-01-28", 1769558400000},
        {"1769612875", 1769612875000},
        {"1769612875.25", 1769612875250},
        {"1769612875007", 1769612875007},
        {"0", 0},
        {"-1", -1000},
    };
    for (const auto& [text, ms] : good) BOOST_TEST(parse_time(text).value_or(-42) == ms, text);
}

BOOST_AUTO_TEST_CASE(refused) {
    for (const char* bad : {"",
                            "Z",
                            "now",
                            "2026-01-28T15:07:55",
                            "2026-13-01T00:00:00Z",
                            "2026-02-30",
                            "2026-01-28T24:00:00Z",
                            "2026-01-28T15:60:00Z",
                            "2026-01-28T15:07:55.Z",
                            "2026-01-28T15:07:55Zx",
                            "2026-01-28T15:07:55+25:00",
                            "2026-1-28",
                            "26-01-28",
                            "1e9",
                            "nan",
                            "inf",
                            "1769612875x",
                            " 1769612875",
                            "1e400",
                            "0x10",
                            "99999999999999999999"})
        BOOST_TEST(!parse_time(bad), bad);
}

BOOST_AUTO_TEST_CASE(what_is_written_can_be_read) {
    for (std::int64_t ms = -62167219200000; ms < 253402300799999; ms += 12345678901)
        BOOST_TEST_REQUIRE(parse_time(format_time(ms)).value() == ms);
}

BOOST_AUTO_TEST_SUITE_END()
