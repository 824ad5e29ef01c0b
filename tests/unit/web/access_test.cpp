// Origin, Host and anonymous access.
#include "web/access.hpp"

#include <boost/test/unit_test.hpp>

using namespace nightjar;
using namespace nightjar::web;
using relation = origin_relation;

BOOST_AUTO_TEST_SUITE(access_rules)

namespace {

config::listener with_origins(std::vector<std::string> origins) {
    config::listener listener;
    listener.bind_address = "127.0.0.1";
    listener.origins = std::move(origins);
    return listener;
}

} // namespace

BOOST_AUTO_TEST_CASE(origins) {
    const auto none = with_origins({});
    const auto some = with_origins({"https://example.org", "http://10.0.0.5:3000"});
    const auto any = with_origins({"*"});
    BOOST_TEST((relation_of("", "localhost:9001", none) == relation::absent));
    BOOST_TEST((relation_of("http://localhost:9001", "localhost:9001", none) == relation::own));
    BOOST_TEST((relation_of("https://LOCALHOST:9001", "localhost:9001", none) == relation::own)); // behind TLS
    BOOST_TEST((relation_of("http://[::1]:9001", "[::1]:9001", none) == relation::own));
    for (const char* foreign : {"http://localhost:8000", "http://localhost", "http://evil.example", "null", "x",
                                "http://", "file://localhost:9001", "http://localhost:9001.evil.example"})
        BOOST_TEST((relation_of(foreign, "localhost:9001", none) == relation::foreign), foreign);
    BOOST_TEST((relation_of("https://example.org", "localhost:9001", some) == relation::listed));
    BOOST_TEST((relation_of("http://10.0.0.5:3000", "localhost:9001", some) == relation::listed));
    for (const char* foreign : {"http://example.org", "https://example.org.evil", "https://example.or",
                                "https://example.org:8443", "http://10.0.0.5:30001", "http://10.0.0.5:300"})
        BOOST_TEST((relation_of(foreign, "localhost:9001", some) == relation::foreign), foreign);
    BOOST_TEST((relation_of("http://evil.example", "localhost:9001", any) == relation::listed));
    BOOST_TEST((relation_of("http://", "", none) == relation::foreign));

    std::vector<nightjar::config::listener> ours(2);
    ours[0].port = 8000;
    ours[0].protocol = nightjar::config::listener_protocol::http_api;
    ours[1].port = 1883;
    BOOST_TEST((relation_of("http://box:8000", "box:9001", none, ours) == relation::own));
    BOOST_TEST((relation_of("http://[::1]:8000", "[::1]:9001", none, ours) == relation::own));
    for (const char* foreign : {"http://other:8000", "http://box:1883", "http://box:80000", "http://box"})
        BOOST_TEST((relation_of(foreign, "box:9001", none, ours) == relation::foreign), foreign);
}

BOOST_AUTO_TEST_CASE(hosts_on_loopback) {
    const auto listener = with_origins({"https://mqtt.example.org:8443"});
    for (const char* good : {"localhost", "LocalHost:8000", "127.0.0.1:8000", "[::1]:8000", "192.168.1.5",
                             "mqtt.example.org", "mqtt.example.org:9001", ""})
        BOOST_TEST(host_allowed(good, listener, true), good);
    for (const char* bad : {"evil.example", "evil.example:8000", "localhost.evil.example", "127.0.0.1.evil.example",
                            "example.org", "[::1", ":8000", "1.2.3"})
        BOOST_TEST(!host_allowed(bad, listener, true), bad);
    BOOST_TEST(host_allowed("evil.example", listener, false));
    BOOST_TEST(host_allowed("evil.example", with_origins({"*"}), true));
    auto named = with_origins({});
    named.bind_address = "sensors.lan";
    BOOST_TEST(host_allowed("sensors.lan:8000", named, true));
}

BOOST_AUTO_TEST_CASE(writes_from_other_sites_without_origin) {
    BOOST_TEST(cross_site_write("POST", "cross-site", relation::absent));
    BOOST_TEST(cross_site_write("POST", "same-site", relation::absent));
    BOOST_TEST(!cross_site_write("POST", "same-origin", relation::absent));
    BOOST_TEST(!cross_site_write("POST", "none", relation::absent));
    BOOST_TEST(!cross_site_write("POST", "", relation::absent));
    BOOST_TEST(!cross_site_write("GET", "cross-site", relation::absent));
    BOOST_TEST(!cross_site_write("POST", "cross-site", relation::listed));
}

BOOST_AUTO_TEST_CASE(anonymous) {
    config::configuration conf;
    config::listener listener;
    BOOST_TEST(!anonymous_allowed(conf, listener));
    conf.local_only = true;
    BOOST_TEST(anonymous_allowed(conf, listener));
    conf.local_only = false;
    conf.allow_anonymous = true;
    BOOST_TEST(anonymous_allowed(conf, listener));
    listener.allow_anonymous = false;
    BOOST_TEST(!anonymous_allowed(conf, listener));
}

BOOST_AUTO_TEST_SUITE_END()
