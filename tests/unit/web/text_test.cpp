// Percent-encoding, targets, query strings, base64, header values.
#include "web/header_value.hpp"
#include "web/query.hpp"
#include "web/target.hpp"
#include "web/text.hpp"

#include <boost/test/unit_test.hpp>

using namespace nightjar::web;

BOOST_AUTO_TEST_SUITE(text)

BOOST_AUTO_TEST_CASE(base64_comes_back) {
    for (const auto& [plain, encoded] :
         {std::pair("", ""), std::pair("f", "Zg=="), std::pair("fo", "Zm8="), std::pair("foo", "Zm9v"),
          std::pair("foob", "Zm9vYg==")}) // RFC 4648 section 10
        BOOST_TEST(base64_encode(plain) == encoded);
    std::string all;
    for (int byte = 255; byte >= 0; --byte) all += static_cast<char>(byte);
    BOOST_TEST(base64_decode(base64_encode(all)).value() == all);
}

BOOST_AUTO_TEST_CASE(percent_decoding_is_strict) {
    BOOST_TEST(percent_decode("a%20b%C3%A9").value() == "a b\xC3\xA9");
    BOOST_TEST(percent_decode("a+b").value() == "a+b");
    BOOST_TEST(percent_decode("a+b", plus_sign::space).value() == "a b");
    BOOST_TEST(percent_decode("%252e").value() == "%2e"); // once only
    for (const char* bad : {"%", "%4", "%4g", "%g4", "a%", "%00", "x%0"}) BOOST_TEST(!percent_decode(bad), bad);
}

BOOST_AUTO_TEST_CASE(percent_encoding_comes_back) {
    std::string all;
    for (int c = 1; c < 256; ++c) all += static_cast<char>(c);
    const std::string encoded = percent_encode(all);
    BOOST_TEST(encoded.find_first_of("\r\n<>\" &+#") == std::string::npos);
    BOOST_TEST(percent_decode(encoded).value() == all);
}

BOOST_AUTO_TEST_CASE(targets) {
    BOOST_TEST(parse_target("/").value().path == "/");
    BOOST_TEST(parse_target("/a/b/?x=1").value().path == "/a/b");
    BOOST_TEST(parse_target("/a?x=1?y").value().query == "x=1?y");
    BOOST_TEST(parse_target("/a%2Fb").value().path == "/a/b");
    BOOST_TEST(parse_target("/a%2F").value().path == "/a/");
    BOOST_TEST(parse_target("/a%2F/").value().path == "/a/");
    BOOST_TEST(parse_target("//").value().path == "/");
    const auto absolute = parse_target("http://example.org:8000/x").value();
    BOOST_TEST(absolute.authority == "example.org:8000");
    BOOST_TEST(absolute.path == "/x");
    BOOST_TEST(parse_target("http://example.org").value().path == "/");
    for (const char* bad : {"", "a", "/%00", "/%", "http:///x", "ftp://a/", "../x"})
        BOOST_TEST(!parse_target(bad), bad);
}

BOOST_AUTO_TEST_CASE(query_strings) {
    const auto query =
        query_parameters::parse("limit=5&from=2026-01-28T15%3A07%3A55Z&empty=&bare&limit=9&name=a+b").value();
    BOOST_TEST(query.find("limit").value() == "5");
    BOOST_TEST(query.find("from").value() == "2026-01-28T15:07:55Z");
    BOOST_TEST(query.find("empty").value() == "");
    BOOST_TEST(query.find("bare").value() == "");
    BOOST_TEST(query.find("name").value() == "a b");
    BOOST_TEST(!query.find("other"));
    BOOST_TEST(!query_parameters::parse("a=%zz"));
    BOOST_TEST(!query_parameters::parse("%=1"));
    BOOST_TEST(query_parameters::parse("a=1&before=3&b=x+y").value().with("before", "7") == "a=1&b=x%20y&before=7");
    BOOST_TEST(query_parameters::parse("&&").value().with("before", "7") == "before=7");
}

BOOST_AUTO_TEST_CASE(base64) {
    BOOST_TEST(base64_decode("").value() == "");
    BOOST_TEST(base64_decode("Zg==").value() == "f");
    BOOST_TEST(base64_decode("Zm8=").value() == "fo");
    BOOST_TEST(base64_decode("Zm9v").value() == "foo");
    BOOST_TEST(base64_decode("Zm9vYmFy").value() == "foobar");
    BOOST_TEST(base64_decode("AP/+").value() == std::string("\0\xFF\xFE", 3));
    for (const char* bad :
         {"Zg", "Zg=", "Zg===", "=", "====", "Z===", "Zh==", "Zm9=", "Zm 9v", "Zm9v\n", "Zm-_", "Z=g="})
        BOOST_TEST(!base64_decode(bad), bad);
}

BOOST_AUTO_TEST_CASE(token_lists) {
    BOOST_TEST(list_contains("chat, MQTT ,x", "mqtt"));
    BOOST_TEST(list_contains("mqtt", "mqtt"));
    BOOST_TEST(!list_contains("mqttx, xmqtt", "mqtt"));
    BOOST_TEST(!list_contains("", "mqtt"));
    BOOST_TEST(list_elements(" a ,, b ").size() == 2U);
}

BOOST_AUTO_TEST_CASE(codings) {
    BOOST_TEST(accepts_gzip("gzip, deflate, br"));
    BOOST_TEST(accepts_gzip("br, GZIP;q=0.5"));
    BOOST_TEST(accepts_gzip("*"));
    BOOST_TEST(!accepts_gzip("gzip;q=0"));
    BOOST_TEST(!accepts_gzip("gzip; q=0.000, *"));
    BOOST_TEST(!accepts_gzip("identity"));
    BOOST_TEST(!accepts_gzip(""));
}

BOOST_AUTO_TEST_CASE(entity_tags) {
    BOOST_TEST(names_entity_tag("\"a\", \"b\"", "\"b\""));
    BOOST_TEST(names_entity_tag("W/\"b\"", "\"b\""));
    BOOST_TEST(names_entity_tag("*", "\"b\""));
    BOOST_TEST(!names_entity_tag("\"bb\"", "\"b\""));
    BOOST_TEST(!names_entity_tag("", "\"b\""));
}

BOOST_AUTO_TEST_SUITE_END()
