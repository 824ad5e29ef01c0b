// What was refused: counted by reason, the last hundred kept, one log line per topic and minute (feature P5).
#include "tests/unit/plugins/sensors/fixture.hpp"

using namespace nightjar::plugins::sensors;
using namespace nightjar::plugins::sensors::test;

namespace {

struct fixture : quiet_log {
    void add(std::string_view topic, std::int64_t after_ms = 0, std::string_view reason = "not_json") {
        all.add(topic, "payload", reason, noon_ms + after_ms);
    }
    rejections all{logger};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(rejections_, fixture)

BOOST_AUTO_TEST_CASE(reasons_are_counted_apart) {
    add("a", 0, "not_json");
    add("b", 0, "not_json");
    add("a", 0, "too_large");
    all.note("bad_clock");
    const std::map<std::string, std::uint64_t> expected{{"bad_clock", 1}, {"not_json", 2}, {"too_large", 1}};
    BOOST_TEST((all.counts() == expected));
}

BOOST_AUTO_TEST_CASE(a_note_is_no_rejection) {
    all.note("bad_clock");
    BOOST_TEST(all.last().empty());
    BOOST_TEST(lines.empty());
}

BOOST_AUTO_TEST_CASE(the_last_hundred_are_kept_newest_first) {
    for (int i = 0; i < 250; ++i) add("topic " + std::to_string(i), i);
    const auto last = all.last();
    BOOST_REQUIRE(last.size() == 100U);
    BOOST_TEST(last.front().topic == "topic 249");
    BOOST_TEST(last.front().time_ms == noon_ms + 249);
    BOOST_TEST(last.front().payload == "payload");
    BOOST_TEST(last.front().reason == "not_json");
    BOOST_TEST(last.back().topic == "topic 150");
    BOOST_TEST(all.counts().at("not_json") == 250U);
}

BOOST_AUTO_TEST_CASE(a_long_payload_is_cut) {
    all.add("a", std::string(1'000'000, 'x'), "too_large", noon_ms);
    const auto shown = all.last().front().payload;
    BOOST_TEST(!shown.empty());
    BOOST_TEST(shown.size() <= 256U);
}

BOOST_AUTO_TEST_CASE(one_line_per_topic_and_minute) {
    add("a", 0);
    add("a", 1);
    add("b", 2);
    add("a", 59'999);
    BOOST_REQUIRE(lines.size() == 2U);
    BOOST_TEST(lines[0].find("sensors:") != std::string::npos);
    BOOST_TEST(lines[0].find(" a ") != std::string::npos);
    BOOST_TEST(lines[0].find("not_json") != std::string::npos);
    add("a", 60'000);
    BOOST_TEST(lines.size() == 3U);
}

BOOST_AUTO_TEST_CASE(a_line_cannot_be_forged) {
    add("a\nError: b\x1b[31m");
    BOOST_REQUIRE(lines.size() == 1U);
    BOOST_TEST(lines[0].find_first_of("\n\x1b") == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
