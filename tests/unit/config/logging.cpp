// log_type, log_dest and the other options of the log.
#include "tests/unit/config/fixture.hpp"

#include <boost/test/unit_test.hpp>

using namespace nightjar::config;
using namespace nightjar::config::test;

namespace {

constexpr std::uint32_t bit(log_level l) { return 1U << static_cast<unsigned>(l); }
constexpr auto defaults =
    bit(log_level::error) | bit(log_level::warning) | bit(log_level::notice) | bit(log_level::information);

// "stderr file:/tmp/a "
std::string places(const configuration& conf) {
    std::string all;
    for (const auto& d : conf.log.destinations) switch (d.kind) {
        case log_destination_kind::standard_error: all += "stderr "; break;
        case log_destination_kind::standard_output: all += "stdout "; break;
        case log_destination_kind::syslog: all += "syslog "; break;
        case log_destination_kind::topic: all += "topic "; break;
        case log_destination_kind::file: all += "file:" + d.path + ' '; break;
        }
    return all;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(logging_, fixture)

BOOST_AUTO_TEST_CASE(the_defaults_are_mosquittos) {
    const auto log = load({}).conf.log;
    BOOST_TEST(log.levels == defaults);
    BOOST_TEST(places(load({}).conf) == "stderr ");
    BOOST_TEST(log.timestamp);
    BOOST_TEST(log.timestamp_format == "");
    BOOST_TEST(log.facility == 3);
    BOOST_TEST(log.connection_messages);
}

BOOST_AUTO_TEST_CASE(each_log_type_is_its_level) {
    const std::pair<const char*, std::uint32_t> table[] = {
        {"error", bit(log_level::error)},
        {"warning", bit(log_level::warning)},
        {"notice", bit(log_level::notice)},
        {"information", bit(log_level::information)},
        {"debug", bit(log_level::debug)},
        {"subscribe", bit(log_level::subscribe)},
        {"unsubscribe", bit(log_level::unsubscribe)},
        {"websockets", bit(log_level::websockets)},
        {"internal", 0},
        {"none", 0},
        {"all", 0xFF},
    };
    for (const auto& [name, levels] : table) {
        const auto result = read("log_type " + std::string(name) + "\n");
        BOOST_TEST(findings(result) == "", name);
        BOOST_TEST(result.conf.log.levels == levels, name);
    }
}

BOOST_AUTO_TEST_CASE(the_first_log_type_replaces_the_default_and_the_next_add) {
    BOOST_TEST(conf("log_type debug\nlog_type error\n").log.levels == (bit(log_level::debug) | bit(log_level::error)));
    BOOST_TEST(conf("log_type debug\nlog_type none\n").log.levels == 0U);
    BOOST_TEST(conf("log_type none\nlog_type error\n").log.levels == bit(log_level::error));
    BOOST_TEST(conf("log_type error # only\n").log.levels == bit(log_level::error));
}

BOOST_AUTO_TEST_CASE(verbose_wins_over_log_type) {
    BOOST_TEST(load({write("a.conf", "log_type error\n"), {}, true}).conf.log.levels == 0xFFU);
    BOOST_TEST(load({"", {}, true}).conf.log.levels == 0xFFU);
}

BOOST_AUTO_TEST_CASE(the_first_log_dest_replaces_the_default_and_the_next_add) {
    BOOST_TEST(places(conf("log_dest stdout\n")) == "stdout ");
    BOOST_TEST(places(conf("log_dest stderr\n")) == "stderr ");
    BOOST_TEST(places(conf("log_dest syslog\nlog_dest file /tmp/a b.log\nlog_dest stderr\n")) ==
               "syslog file:/tmp/a b.log stderr ");
    BOOST_TEST(places(conf("log_dest stdout\nlog_dest topic\n")) == "stdout topic ");
    BOOST_TEST(places(conf("log_dest none\n")) == "");
    BOOST_TEST(places(conf("log_dest stdout\nlog_dest none\n")) == "");
    BOOST_TEST(places(conf("log_dest none\nlog_dest stdout\n")) == "stdout ");
}

BOOST_AUTO_TEST_CASE(the_first_line_is_the_first_of_all_files) {
    write("d/a.conf", "log_type debug\nlog_dest stdout\n");
    const auto both = conf("log_type error\nlog_dest stderr\ninclude_dir " + path("d") + "\n");
    BOOST_TEST(both.log.levels == (bit(log_level::error) | bit(log_level::debug)));
    BOOST_TEST(places(both) == "stderr stdout ");
}

BOOST_AUTO_TEST_CASE(log_format_is_text_or_json) {
    BOOST_TEST((load({}).conf.log.format == log_format::text));
    BOOST_TEST((conf("log_format text\n").log.format == log_format::text));
    BOOST_TEST((conf("log_format json\n").log.format == log_format::json));
}

BOOST_AUTO_TEST_CASE(wrong_values_are_errors) {
    for (const char* line : {"log_type loud", "log_type Error", "log_dest printer", "log_format xml", "log_dest file",
                             "log_dest file \t", "log_dest filename", "log_timestamp maybe", "connection_messages 2",
                             "log_facility 8", "log_facility -1", "log_facility daemon"}) {
        const auto all = findings("\n" + std::string(line) + "\n");
        BOOST_TEST(all.starts_with("error main.conf:2 Invalid value"), line << ": " << all);
    }
}

BOOST_AUTO_TEST_CASE(facilities_are_local0_to_local7) {
    BOOST_TEST(conf("log_facility 0\n").log.facility == 16);
    BOOST_TEST(conf("log_facility 7\n").log.facility == 23);
}

BOOST_AUTO_TEST_CASE(timestamps_and_connection_messages_can_be_set) {
    const auto log = conf("log_timestamp false\nlog_timestamp_format %Y-%m-%d %H:%M\nconnection_messages false\n").log;
    BOOST_TEST(!log.timestamp);
    BOOST_TEST(log.timestamp_format == "%Y-%m-%d %H:%M");
    BOOST_TEST(!log.connection_messages);
}

BOOST_AUTO_TEST_SUITE_END()
