#include "tools/nightjarctl/table.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

using namespace nightjar::ctl;

BOOST_AUTO_TEST_SUITE(table_)

BOOST_AUTO_TEST_CASE(columns_are_aligned_by_characters) {
    BOOST_TEST(format_table({{"A", "B"}, {"été", "1"}, {"x", "2"}}) == "A    B\nété  1\nx    2\n");
}

BOOST_AUTO_TEST_CASE(fields_as_text) {
    const auto value = boost::json::parse(R"({"a":2.57,"b":null,"c":"x","d":3,"e":1e300})");
    const auto& o = value.as_object();
    BOOST_TEST(text_of(o, "a") == "2.57");
    BOOST_TEST(text_of(o, "b").empty());
    BOOST_TEST(text_of(o, "c") == "x");
    BOOST_TEST(text_of(o, "d") == "3");
    BOOST_TEST(text_of(o, "e") == "1e+300");
    BOOST_TEST(text_of(o, "none").empty());
}

BOOST_AUTO_TEST_CASE(a_terminal_is_safe_from_what_others_chose) {
    BOOST_TEST(printable("plain été") == "plain été");
    BOOST_TEST(printable("a\x1b[2J\n\x7f") == "a\\x1B[2J\\x0A\\x7F");
    BOOST_TEST(printable("\xc2\x9b"
                         "1") == "\\xC2\\x9B1"); // C1: CSI
    BOOST_TEST(printable("\xff\xc3") == "\\xFF\\xC3");
    BOOST_TEST(printable("été", 2) == "ét…");
    BOOST_TEST(printable("été", 3) == "été");
}

BOOST_AUTO_TEST_SUITE_END()
