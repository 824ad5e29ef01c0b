// The plugin_opt_* lines: defaults, each key with good and bad values, mistakes with file and line (P1, A-30, A-31,
// C-3).
#include "tests/unit/plugins/sensors/fixture.hpp"

#include <limits>

using namespace nightjar;
using namespace nightjar::plugins::sensors;
using namespace nightjar::plugins::sensors::test;

namespace {

std::vector<config::finding> findings_of(option_lines lines) {
    std::vector<config::finding> found;
    static_cast<void>(read_options(conf(lines), found));
    return found;
}

void refuses(const char* key, std::initializer_list<const char*> values) {
    for (const auto* value : values) BOOST_TEST_CONTEXT(key << " " << value) {
            const auto found = findings_of({{"client_id", "x"}, {key, value}});
            BOOST_REQUIRE(found.size() == 1U);
            BOOST_TEST((found[0].level == config::severity::error));
            BOOST_TEST(found[0].where.file == "a.conf");
            BOOST_TEST(found[0].where.line == 3);
            BOOST_TEST(found[0].text.find("plugin_opt_" + std::string(key)) != std::string::npos);
            BOOST_TEST(found[0].text.find(value) != std::string::npos);
        }
}

constexpr double no_bound = std::numeric_limits<double>::infinity();

} // namespace

BOOST_AUTO_TEST_SUITE(options_)

BOOST_AUTO_TEST_CASE(defaults_are_those_of_the_old_systems) { // A-1, A-30, A-31, B-1, C-1, C-2
    const auto o = good_options({});
    BOOST_REQUIRE(o.sources.size() == 4U);
    BOOST_TEST(o.sources[0].filter == "dht11/+/data");
    BOOST_TEST((o.sources[0].format == format::dht11));
    BOOST_TEST(o.sources[1].filter == "iot/measurements");
    BOOST_TEST((o.sources[1].format == format::measurement));
    BOOST_TEST(o.sources[2].filter == "iot/+/+");
    BOOST_TEST(o.sources[3].filter == "iot/+/sensor/+/+");
    BOOST_TEST((o.sources[3].format == format::plain));
    BOOST_TEST(o.temperature.min == 5);
    BOOST_TEST(o.temperature.max == 35);
    BOOST_TEST(o.humidity.min == 20);
    BOOST_TEST(o.humidity.max == 80);
    BOOST_TEST(o.topic_incidents == "dht11/incidents");
    BOOST_TEST(o.topic_alerts == "dht11/alerts");
    BOOST_TEST(o.topic_status == "dht11/status");
    BOOST_TEST(o.state_topic == "sensors/%i/state");
    BOOST_TEST(o.client_id == "django-dht11-client");
    BOOST_TEST(o.auto_id_start == 100'001U);
    BOOST_TEST(o.max_sensors == 10'000U);
    BOOST_TEST(o.max_clock_skew == 86'400);
    BOOST_TEST(o.auto_create);
    BOOST_TEST(o.sync);
}

BOOST_AUTO_TEST_CASE(sources_replace_the_defaults_and_keep_their_order) {
    const auto o =
        good_options({{"source", "plain home/+/+"}, {"source", "measurement home/#"}, {"source", "dht11 d/+/x"}});
    BOOST_REQUIRE(o.sources.size() == 3U);
    BOOST_TEST(o.sources[0].filter == "home/+/+");
    BOOST_TEST((o.sources[1].format == format::measurement));
    BOOST_TEST(o.sources[1].filter == "home/#");
    BOOST_TEST((o.sources[2].format == format::dht11));
}

BOOST_AUTO_TEST_CASE(wrong_sources) {
    refuses("source", {"", "dht11", "plain ", "xml a/b", "DHT11 a/b", "a/b", "measurement a/#/b", "measurement a+/b",
                       "plain one", "plain +", "plain a/#", "plain #", "dht11 one"});
}

BOOST_AUTO_TEST_CASE(bounds) {
    const auto o = good_options({{"temp_min", "-10"}, {"temp_max", "30.5"}, {"hum_min", "0"}, {"hum_max", "1e2"}});
    BOOST_TEST(o.temperature.min == -10);
    BOOST_TEST(o.temperature.max == 30.5);
    BOOST_TEST(o.humidity.min == 0);
    BOOST_TEST(o.humidity.max == 100);
    for (const auto* key : {"temp_min", "temp_max", "hum_min", "hum_max"})
        refuses(key, {"", "warm", "5C", "5,5", "nan", "inf", "1e400", "1 2"});
}

BOOST_AUTO_TEST_CASE(threshold_lines) {
    const auto o = good_options({{"threshold", "light - 100"}, {"threshold", "7  -5\t20"}, {"threshold", "co2 400 -"}});
    BOOST_REQUIRE(o.thresholds.size() == 3U);
    BOOST_TEST(o.thresholds[0].type == "light");
    BOOST_TEST(o.thresholds[0].range.min == -no_bound);
    BOOST_TEST(o.thresholds[0].range.max == 100);
    BOOST_TEST(o.thresholds[1].sensor == 7U);
    BOOST_TEST(o.thresholds[1].range.min == -5);
    BOOST_TEST(o.thresholds[1].range.max == 20);
    BOOST_TEST(o.thresholds[2].range.max == no_bound);
    refuses("threshold",
            {"", "light", "light 5", "light 5 x", "light x 5", "light 5 10 15", "light 10 5", "light nan 5"});
}

BOOST_AUTO_TEST_CASE(topics) {
    const auto o =
        good_options({{"topic_incidents", "a/incidents"}, {"topic_alerts", "a/alerts"}, {"topic_status", "état"}});
    BOOST_TEST(o.topic_incidents == "a/incidents");
    BOOST_TEST(o.topic_alerts == "a/alerts");
    BOOST_TEST(o.topic_status == "état");
    for (const auto* key : {"topic_incidents", "topic_alerts", "topic_status"})
        refuses(key, {"", "a/+", "#", "a/#", "\xFF"});
}

BOOST_AUTO_TEST_CASE(state_topic) {
    BOOST_TEST(good_options({{"state_topic", "home/%i"}}).state_topic == "home/%i");
    BOOST_TEST(good_options({{"state_topic", "off"}}).state_topic.empty());
    refuses("state_topic", {"no/id", "a/+/%i", "%i/#"});
}

BOOST_AUTO_TEST_CASE(client_id_and_log_topics) {
    const auto o = good_options({{"client_id", "mine"}, {"log_topic", "django/mqtt"}, {"log_topic", "a/#"}});
    BOOST_TEST(o.client_id == "mine");
    BOOST_REQUIRE(o.log_topics.size() == 2U);
    BOOST_TEST(o.log_topics[1] == "a/#");
    refuses("log_topic", {"", "a/#/b", "a+"});
}

BOOST_AUTO_TEST_CASE(whole_numbers) {
    const auto o = good_options({{"auto_id_start", "500"}, {"max_sensors", "3"}, {"max_clock_skew", "60"}});
    BOOST_TEST(o.auto_id_start == 500U);
    BOOST_TEST(o.max_sensors == 3U);
    BOOST_TEST(o.max_clock_skew == 60);
    refuses("auto_id_start", {"", "0", "-1", "1.5", "many", "1e300", "99999999999"});
    refuses("max_sensors", {"", "0", "-1", "1.5", "all"});
    refuses("max_clock_skew", {"", "-1", "0.5", "1d", "nan"});
}

BOOST_AUTO_TEST_CASE(switches) {
    BOOST_TEST(!good_options({{"auto_create", "false"}}).auto_create);
    BOOST_TEST(good_options({{"auto_create", "true"}}).auto_create);
    BOOST_TEST(!good_options({{"sync", "async"}}).sync);
    refuses("auto_create", {"", "maybe", "TRUE "});
    refuses("sync", {"", "asynchronous", "ASYNC"});
}

BOOST_AUTO_TEST_CASE(an_unknown_key_is_told_a_near_one) {
    const auto found = findings_of({{"temp_mni", "5"}});
    BOOST_REQUIRE(found.size() == 1U);
    BOOST_TEST((found[0].level == config::severity::error));
    BOOST_TEST(found[0].where.line == 2);
    BOOST_TEST(found[0].text.find("plugin_opt_temp_mni") != std::string::npos);
    BOOST_TEST(found[0].text.find("plugin_opt_temp_min") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_unknown_key_like_none_is_told_none) {
    const auto found = findings_of({{"completely_different", "5"}});
    BOOST_REQUIRE(found.size() == 1U);
    BOOST_TEST(found[0].text.find('?') == std::string::npos);
}

BOOST_AUTO_TEST_CASE(every_mistake_of_a_run_is_told) {
    const auto found = findings_of({{"temp_min", "x"}, {"temp_max", "30"}, {"sync", "y"}, {"nonsense_key", "z"}});
    BOOST_REQUIRE(found.size() == 3U);
    BOOST_TEST(found[0].where.line == 2);
    BOOST_TEST(found[1].where.line == 4);
    BOOST_TEST(found[2].where.line == 5);
}

BOOST_AUTO_TEST_CASE(a_dash_lifts_a_bound) {
    BOOST_TEST(good_options({{"temp_min", "-"}}).temperature.min == -no_bound);
    BOOST_TEST(good_options({{"temp_max", "-"}}).temperature.max == no_bound);
    BOOST_TEST(good_options({{"hum_min", "-"}}).humidity.min == -no_bound);
    BOOST_TEST(good_options({{"hum_max", "-"}}).humidity.max == no_bound);
}

BOOST_AUTO_TEST_CASE(bounds_that_exclude_each_other_are_refused) {
    BOOST_TEST(findings_of({{"temp_min", "50"}}).size() == 1U);
    BOOST_TEST(findings_of({{"hum_max", "10"}}).size() == 1U);
    const auto found = findings_of({{"temp_max", "10"}, {"temp_min", "11"}, {"client_id", "x"}});
    BOOST_REQUIRE(found.size() == 1U);
    BOOST_TEST((found[0].level == config::severity::error));
    BOOST_TEST(found[0].text == "plugin_opt_temp_min 11 is above plugin_opt_temp_max 10.");
    BOOST_TEST(found[0].where.line == 3); // the last that is about it
}

BOOST_AUTO_TEST_CASE(bounds_come_in_any_order) {
    BOOST_TEST(good_options({{"temp_min", "36"}, {"temp_max", "38"}}).temperature.min == 36);
    BOOST_TEST(good_options({{"temp_max", "-18"}, {"temp_min", "-25"}}).temperature.max == -18);
    BOOST_TEST(good_options({{"hum_min", "85"}, {"hum_max", "95"}}).humidity.max == 95);
    BOOST_TEST(good_options({{"hum_max", "15"}, {"hum_min", "5"}}).humidity.min == 5);
}

BOOST_AUTO_TEST_CASE(a_hysteresis_that_no_value_can_reach_is_told) {
    const auto found = findings_of({{"hysteresis", "temperature 5"}, {"threshold", "temperature 20 21"}});
    BOOST_REQUIRE(found.size() == 1U);
    BOOST_TEST((found[0].level == config::severity::warning));
    BOOST_TEST(found[0].where.line == 2);
    BOOST_TEST(found[0].text == "plugin_opt_hysteresis 5 is more than half of the range of temperature, 20 to 21: no "
                                "value could close an incident, people alone could.");
    BOOST_TEST(findings_of({{"hysteresis", "7 3"}, {"threshold", "7 0 5"}}).size() == 1U);
    BOOST_TEST(findings_of({{"hysteresis", "16"}}).size() == 1U); // of the humidity's 20 to 80 it is less
    BOOST_TEST(findings_of({{"hysteresis", "15"}}).empty());      // 20 is in the middle
    BOOST_TEST(findings_of({{"hysteresis", "16"}, {"auto_close", "false"}}).empty());
    BOOST_TEST(findings_of({{"hysteresis", "light 99"}, {"threshold", "light - 100"}}).empty());
}

BOOST_AUTO_TEST_CASE(a_threshold_names_a_whole_sensor_or_a_category) {
    refuses("threshold", {"7.5 1 2", "0 1 2", "4294967296 1 2"});
    BOOST_TEST(good_options({{"threshold", "temp 1 2"}}).threshold_of(9, "temperature").max == 2); // C-6
}

BOOST_AUTO_TEST_SUITE_END()
