// The line: timestamp in mosquitto's forms, and which levels are written.
#include "tests/unit/log/fixture.hpp"

#include <cstdlib>
#include <ctime>

#include <boost/test/unit_test.hpp>

using namespace nightjar::log;
using namespace nightjar::log::test;

namespace {

constexpr level every_level[] = {level::error, level::warning,   level::notice,      level::information,
                                 level::debug, level::subscribe, level::unsubscribe, level::websockets};

std::string formatted(const char* format, std::time_t when) {
    std::tm parts{};
    ::localtime_r(&when, &parts);
    char text[200];
    return {text, std::strftime(text, sizeof text, format, &parts)};
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(format, fixture)

BOOST_AUTO_TEST_CASE(a_line_begins_with_the_seconds_since_1970) {
    auto with_time = settings();
    with_time.timestamp = true;
    log.configure(with_time);
    const auto before = std::time(nullptr);
    log.notice("New client connected as {}.", "c1");
    const auto after = std::time(nullptr);
    char* rest = nullptr;
    const auto when = std::strtoll(seen.at(0).c_str(), &rest, 10);
    BOOST_TEST((when >= before && when <= after), seen[0]);
    BOOST_TEST(std::string(rest) == ": New client connected as c1.");
}

BOOST_AUTO_TEST_CASE(a_format_of_its_own_takes_their_place) {
    auto with_time = settings();
    with_time.timestamp = true;
    for (const char* format : {"%Y-%m-%dT%H:%M:%S", "[%d/%b/%Y] 100%%", "%H:%M:%S"}) {
        with_time.timestamp_format = format;
        log.configure(with_time);
        const auto before = formatted(format, std::time(nullptr));
        log.notice("x");
        const auto after = formatted(format, std::time(nullptr));
        BOOST_TEST((last() == before + ": x" || last() == after + ": x"), last());
    }
}

BOOST_AUTO_TEST_CASE(without_a_timestamp_the_text_is_the_line) {
    auto without = settings();
    without.timestamp_format = "%Y";
    log.configure(without);
    log.notice("x");
    BOOST_TEST(last() == "x");
}

BOOST_AUTO_TEST_CASE(only_the_levels_asked_for_are_written) {
    for (const auto wanted : every_level) {
        log.configure(settings({}, 1U << static_cast<unsigned>(wanted)));
        seen.clear();
        for (const auto at : every_level) {
            BOOST_TEST(log.enabled(at) == (at == wanted));
            log.write(at, "{}", static_cast<int>(at));
        }
        BOOST_TEST(seen.size() == 1U);
        BOOST_TEST(last() == std::to_string(static_cast<int>(wanted)));
    }
}

BOOST_AUTO_TEST_CASE(no_levels_write_nothing) {
    log.configure(settings({}, 0));
    for (const auto at : every_level) log.write(at, "x");
    BOOST_TEST(seen.empty());
}

BOOST_AUTO_TEST_CASE(each_short_name_has_its_level) {
    const auto only = [&](level at) { log.configure(settings({}, 1U << static_cast<unsigned>(at))); };
    const auto write_all = [&] {
        log.error("error");
        log.warning("warning");
        log.notice("notice");
        log.information("information");
        log.debug("debug");
    };
    for (const auto at : {level::error, level::warning, level::notice, level::information, level::debug}) {
        only(at);
        write_all();
    }
    BOOST_TEST(seen == (lines{"error", "warning", "notice", "information", "debug"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(before_configure_the_levels_are_mosquittos_defaults) {
    const logger fresh;
    for (const auto at : {level::error, level::warning, level::notice, level::information})
        BOOST_TEST(fresh.enabled(at));
    for (const auto at : {level::debug, level::subscribe, level::unsubscribe, level::websockets})
        BOOST_TEST(!fresh.enabled(at));
}

BOOST_AUTO_TEST_SUITE_END()
