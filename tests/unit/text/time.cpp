// Times as text: ISO 8601 and epoch in, ISO 8601 and the Date field out.
#include "broker/text/time.hpp"

#include <limits>
#include <utility>

#include <boost/test/unit_test.hpp>

using namespace nightjar::text;

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
        {"2026-01-28 16:07:55.5+01", 1769612875500}, // PostgreSQL's
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

BOOST_AUTO_TEST_CASE(milliseconds_come_back_too) {
    for (const std::int64_t second : {-62167219200LL, -1LL, 0LL, 951'827'696LL, 253402300799LL})
        for (std::int64_t ms = 0; ms < 1000; ms += 37)
            BOOST_TEST_REQUIRE(parse_time(format_time(second * 1000 + ms)).value() == second * 1000 + ms);
}

BOOST_AUTO_TEST_CASE(a_number_is_milliseconds_when_too_large_for_seconds) {
    BOOST_TEST(parse_time("99999999999").value() == 99'999'999'999'000);
    BOOST_TEST(parse_time("100000000000").value() == 100'000'000'000);
    BOOST_TEST(parse_time("-99999999999").value() == -99'999'999'999'000);
    BOOST_TEST(parse_time("-100000000000").value() == -100'000'000'000);
    BOOST_TEST(parse_time("0.001").value() == 1);
    BOOST_TEST(parse_time("-0.5").value() == -500);
}

BOOST_AUTO_TEST_CASE(leap_days_follow_the_calendar) {
    for (const char* good : {"2000-02-29", "2024-02-29", "0000-02-29"}) BOOST_TEST(parse_time(good).has_value(), good);
    for (const char* bad : {"1900-02-29", "2100-02-29", "2023-02-29", "2026-04-31", "2026-00-10", "2026-01-00"})
        BOOST_TEST(!parse_time(bad), bad);
}

BOOST_AUTO_TEST_CASE(a_leap_second_counts_as_the_next_one) {
    BOOST_TEST(parse_time("2016-12-31T23:59:60Z").value() == parse_time("2017-01-01T00:00:00Z").value());
    BOOST_TEST(!parse_time("2016-12-31T23:59:61Z"));
}

BOOST_AUTO_TEST_CASE(offsets_reach_over_midnight_and_new_year) {
    const auto when = parse_time("2025-12-31T23:30:00Z").value();
    for (const char* same : {"2026-01-01T00:30:00+01:00", "2026-01-01T00:30:00+01", "2026-01-01T13:29:00+13:59",
                             "2025-12-31T00:31-2259", "2025-12-31T23:30:00-00:00", "2026-01-01T05:00:00 05:30"})
        BOOST_TEST(parse_time(same).value_or(0) == when, same);
    for (const char* bad :
         {"2026-01-01T00:00:00+1:00", "2026-01-01T00:00:00+1", "2026-01-01T00:00:00+01:60", "2026-01-01T00:00:00+24:00",
          "2026-01-01T00:00:00++01:00", "2026-01-01T00Z", "2026-01-01TZ", "2026-01-01Z"})
        BOOST_TEST(!parse_time(bad), bad);
}

BOOST_AUTO_TEST_CASE(a_fraction_is_cut_not_rounded) {
    const auto second = parse_time("2026-01-28T15:07:55Z").value();
    BOOST_TEST(parse_time("2026-01-28T15:07:55.9999Z").value() == second + 999);
    BOOST_TEST(parse_time("2026-01-28T15:07:55,25Z").value() == second + 250);
    BOOST_TEST(parse_time("2026-01-28T15:07:55.00000000000000000001Z").value() == second);
}

BOOST_AUTO_TEST_CASE(the_date_field_names_every_day_and_month) {
    BOOST_TEST(format_http_date(0) == "Thu, 01 Jan 1970 00:00:00 GMT");
    BOOST_TEST(format_http_date(-1) == "Wed, 31 Dec 1969 23:59:59 GMT");
    const char* days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    const auto sunday = parse_time("1994-11-06").value();
    for (int i = 0; i < 7; ++i) BOOST_TEST(format_http_date(sunday + i * 86'400'000LL).starts_with(days[i]));
    const char* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    for (int i = 0; i < 12; ++i) {
        const std::string digits = std::to_string(101 + i).substr(1);
        BOOST_TEST(format_http_date(parse_time("2026-" + digits + "-15").value()).substr(8, 3) == months[i]);
    }
    BOOST_TEST(format_http_date(std::numeric_limits<std::int64_t>::max()) == "Fri, 31 Dec 9999 23:59:59 GMT");
    BOOST_TEST(format_http_date(1769612875999) == "Wed, 28 Jan 2026 15:07:55 GMT"); // no fraction
}

BOOST_AUTO_TEST_SUITE_END()
