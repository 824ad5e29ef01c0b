// Request bodies: which are read, and how their values are written again.
#include "web/json_body.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

using namespace nightjar::web;
namespace json = boost::json;

BOOST_AUTO_TEST_SUITE(json_bodies)

BOOST_AUTO_TEST_CASE(bodies) {
    BOOST_TEST(parse_object(R"({"a":1})").has_value());
    for (const char* bad :
         {"", "[1]", "1", "null", "{", R"({"a":1} x)", R"({"a":NaN})", R"({'a':1})", "{\"a\":\"\xFF\"}"})
        BOOST_TEST(!parse_object(bad).has_value(), bad);
    BOOST_TEST(!parse_object("{\"a\":" + std::string(10'000, '[')).has_value()); // too deep
}

BOOST_AUTO_TEST_CASE(values_are_written_again) {
    const auto text = R"({"a":[1,2.5,"x",null,true,{"b":-3}],"c":18446744073709551615})";
    json_writer out;
    BOOST_TEST(write_json(out, json::parse(text)));
    BOOST_TEST(out.text() == text);
    json_writer infinite;
    BOOST_TEST(!write_json(infinite, json::parse(R"({"a":[1e400]})")));
}

BOOST_AUTO_TEST_SUITE_END()
