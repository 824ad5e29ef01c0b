// log_format json: one valid object per line, whatever a client has chosen as its name.
#include "tests/unit/log/fixture.hpp"

#include <regex>

#include <boost/test/unit_test.hpp>

using namespace nightjar::log;
using namespace nightjar::log::test;

namespace {

struct json_fixture : fixture {
    json_fixture() {
        auto json = settings();
        json.format = nightjar::config::log_format::json;
        log.configure(json);
    }
    // The line without its time, which is checked.
    std::string rest() {
        const std::regex form(R"re(\{"time":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z",(.*))re");
        std::smatch parts;
        const auto line = last();
        BOOST_REQUIRE_MESSAGE(std::regex_match(line, parts, form), line);
        return "{" + parts[1].str();
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(json, json_fixture)

BOOST_AUTO_TEST_CASE(a_line_is_an_object) {
    log.notice("x {}", 1);
    BOOST_TEST(rest() == R"({"level":"notice","message":"x 1"})");
}

BOOST_AUTO_TEST_CASE(fields_are_members_and_empty_ones_are_left_out) {
    log.write(level::error, {{"client", "c1"}, {"username", ""}, {"port", 1883}, {"clean", true}}, "gone");
    BOOST_TEST(rest() == R"({"level":"error","message":"gone","client":"c1","port":1883,"clean":true})");
}

BOOST_AUTO_TEST_CASE(any_bytes_make_valid_json) {
    const std::string id("a\n\"\\\x1b\xff\xc3\x28", 8);
    log.write(level::subscribe, {{"client", id}}, "{} 0 x", id);
    BOOST_TEST(rest() == "{\"level\":\"subscribe\",\"message\":\"a\\n\\\"\\\\\\u001b\xEF\xBF\xBD\xEF\xBF\xBD( 0 x\","
                         "\"client\":\"a\\n\\\"\\\\\\u001b\xEF\xBF\xBD\xEF\xBF\xBD(\"}");
}

BOOST_AUTO_TEST_CASE(the_tab_of_a_line_that_belongs_to_the_one_before_is_not_in_it) {
    log.debug("\t{}", "a/b");
    BOOST_TEST(rest() == R"({"level":"debug","message":"a/b"})");
}

BOOST_AUTO_TEST_CASE(each_level_has_its_name_of_log_type) {
    constexpr std::string_view names[] = {"error", "warning",   "notice",      "information",
                                          "debug", "subscribe", "unsubscribe", "websockets"};
    for (unsigned i = 0; i < std::size(names); ++i) {
        log.write(static_cast<level>(i), "x");
        BOOST_TEST(rest().starts_with("{\"level\":\"" + std::string(names[i]) + '"'));
    }
}

BOOST_AUTO_TEST_SUITE_END()
