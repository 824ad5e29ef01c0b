// Every double that can be written down is read as it was; otherwise Boost.JSON's own parser is the model.
#include "broker/text/json_parser.hpp"

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <string>

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>
#include <fmt/format.h>

using namespace nightjar::text;
namespace json = boost::json;

namespace {

json::value parse(std::string_view text) {
    json::error_code error;
    auto value = parse_json(text, error);
    BOOST_TEST(!error, text << ": " << error.message());
    return value;
}

} // namespace

BOOST_AUTO_TEST_SUITE(json_parser)

BOOST_AUTO_TEST_CASE(numbers_are_exact) {
    std::mt19937_64 random(81);
    for (int i = 0; i < 20'000; ++i) {
        const auto any = std::bit_cast<double>(random());
        const auto reading =
            static_cast<double>(static_cast<float>(static_cast<double>(random() % 2'000'000) / 997 - 1000));
        for (const double x : {any, reading, reading / 3}) {
            if (!std::isfinite(x)) continue;
            const auto text = fmt::format("[{}]", x);
            const auto read = parse(text);
            BOOST_TEST_REQUIRE(read.as_array()[0].to_number<double>() == x, text);
        }
    }
    BOOST_TEST(parse("-3.9100000858306885").as_double() == -3.9100000858306885);
    BOOST_TEST(parse("1E2").as_double() == 100);
    BOOST_TEST(std::signbit(parse("-0.0").as_double()));
    BOOST_TEST(std::isinf(parse("1e400").as_double()));
    BOOST_TEST(parse("1e-400").as_double() == 0);
}

BOOST_AUTO_TEST_CASE(whole_numbers_stay_whole) {
    BOOST_TEST(parse("-9223372036854775808").as_int64() == std::numeric_limits<std::int64_t>::min());
    BOOST_TEST(parse("18446744073709551615").as_uint64() == std::numeric_limits<std::uint64_t>::max());
    BOOST_TEST(parse("18446744073709551616").as_double() == 18446744073709551616.0);
}

BOOST_AUTO_TEST_CASE(the_rest_is_as_boost_has_it) {
    const std::string long_text(10'000, 'x');
    for (const std::string& text :
         {std::string("null"), std::string(" {\"a\":[1,true,null,\"\\u00e9\\n\"],\"b\":{}} \n"), std::string("[]"),
          "[\"" + long_text + "\",{\"" + long_text + "\":false}]", std::string("{\"a\":1,\"a\":2}")})
        BOOST_TEST(json::serialize(parse(text)) == json::serialize(json::parse(text)));
}

BOOST_AUTO_TEST_CASE(what_is_no_document) {
    for (const std::string& text :
         {std::string(), std::string(" "), std::string("1 2"), std::string("{} x"), std::string("01"),
          std::string("[1,]"), std::string("nan"), std::string("+1"), std::string("1."), std::string("\"\xff\""),
          std::string("{\"a\""), std::string("/**/1"), std::string(33, '[') + std::string(33, ']'),
          std::string(100'000, '[')}) {
        json::error_code error;
        const auto value = parse_json(text, error);
        BOOST_TEST(error.failed(), text.substr(0, 40));
        BOOST_TEST(value.is_null());
    }
}

BOOST_AUTO_TEST_CASE(into_given_memory) {
    unsigned char buffer[1024];
    json::monotonic_resource memory(buffer, sizeof buffer);
    json::error_code error;
    const auto value = parse_json("{\"a\":[1.5]}", error, &memory);
    BOOST_TEST(value.storage().get() == &memory);
    BOOST_TEST(value.at("a").at(0).as_double() == 1.5);
}

BOOST_AUTO_TEST_SUITE_END()
