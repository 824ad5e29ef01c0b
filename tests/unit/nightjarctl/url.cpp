#include "tools/nightjarctl/http_client.hpp"

#include <boost/test/unit_test.hpp>

using nightjar::ctl::rest_url;

BOOST_AUTO_TEST_SUITE(url_)

BOOST_AUTO_TEST_CASE(good_ones) {
    const auto check = [](const char* text, const char* host, const char* port) {
        const auto url = rest_url::parse(text);
        BOOST_TEST(url.host == host);
        BOOST_TEST(url.port == port);
    };
    check("http://127.0.0.1:8000", "127.0.0.1", "8000");
    check("http://box/", "box", "80");
    check("http://[::1]:8000/", "::1", "8000");
    check("http://[::1]", "::1", "80");
    check("https://box", "box", "443");
    check("https://box:8443/", "box", "8443");
    BOOST_TEST(rest_url::parse("https://box").tls);
    BOOST_TEST(!rest_url::parse("http://box").tls);
}

BOOST_AUTO_TEST_CASE(bad_ones) {
    for (const char* text : {"", "box", "ftp://box", "https://", "http://", "http://:80", "http://box:x",
                             "http://box/path", "http://box?x", "http://box#x", "http://[::1", "http://ann:secret@box"})
        BOOST_CHECK_THROW(rest_url::parse(text), std::runtime_error);
}

BOOST_AUTO_TEST_SUITE_END()
