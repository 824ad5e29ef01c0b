// A line of a trace as people read it.
#include "tools/nightjarctl/trace_line.hpp"

#include <boost/test/unit_test.hpp>

using namespace nightjar::ctl;

BOOST_AUTO_TEST_SUITE(trace_line)

BOOST_AUTO_TEST_CASE(a_packet) {
    BOOST_TEST(
        describe_trace(R"({"time":"2026-01-28T15:07:55.000123Z","event":"packet","client":"c1","direction":"in",)"
                       R"("packet":"PUBLISH","topic":"a/b","qos":1,"dup":false})") ==
        "15:07:55.000123 c1 -> PUBLISH topic=a/b qos=1 dup=false");
    BOOST_TEST(describe_trace(R"({"time":"2026-01-28T15:07:55.000123Z","event":"packet","client":"c1",)"
                              R"("direction":"out","packet":"SUBACK","return_codes":[0,128]})") ==
               "15:07:55.000123 c1 <- SUBACK return_codes=[0,128]");
}

BOOST_AUTO_TEST_CASE(a_decision) {
    BOOST_TEST(describe_trace(R"({"time":"2026-01-28T15:07:55.000123Z","event":"access","client":"c 1",)"
                              R"("allowed":false,"by":"acl:3: topic deny x"})") ==
               R"(15:07:55.000123 "c 1" ** access allowed=false by="acl:3: topic deny x")");
}

BOOST_AUTO_TEST_CASE(a_terminal_is_safe) {
    BOOST_TEST(describe_trace(R"({"time":"","event":"e","client":"\u001b[2J"})") == R"( "\u001b[2J" ** e)");
}

BOOST_AUTO_TEST_CASE(anything_else_stays) { BOOST_TEST(describe_trace("no JSON") == "no JSON"); }

BOOST_AUTO_TEST_SUITE_END()
