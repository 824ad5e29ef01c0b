// Which Upgrade requests may lead to MQTT.
#include "fakes.hpp"

#include <boost/test/unit_test.hpp>

using namespace nightjar;
using namespace nightjar::web;
using namespace nightjar::web::test;

BOOST_FIXTURE_TEST_SUITE(upgrades, fixture)

namespace {

unsigned status(fixture& in, const request& what, std::string_view protocols) {
    const application app(in.conf, in.admin, in.stored(), in.log, in.options, in.the_page());
    const auto refused = app.upgrade_refusal(what, protocols);
    return refused ? refused->status : 101;
}

} // namespace

BOOST_AUTO_TEST_CASE(subprotocol) {
    const auto what = make("GET", "/any/path");
    BOOST_TEST(status(*this, what, "mqtt") == 101U);
    BOOST_TEST(status(*this, what, "mqttv3.1,") == 101U);
    BOOST_TEST(status(*this, what, "chat, mqtt,") == 101U);
    BOOST_TEST(status(*this, what, "") == 400U);
    BOOST_TEST(status(*this, what, "mqttx") == 400U);
}

BOOST_AUTO_TEST_CASE(method_version_and_listener) {
    auto what = make("POST", "/mqtt");
    BOOST_TEST(status(*this, what, "mqtt") == 400U);
    what = make("GET", "/mqtt");
    what.version = 10;
    BOOST_TEST(status(*this, what, "mqtt") == 400U);
    what.version = 11;
    conf.listeners[0].protocol = config::listener_protocol::http_api;
    BOOST_TEST(status(*this, what, "mqtt") == 400U);
}

BOOST_AUTO_TEST_CASE(origin_and_host) {
    auto what = make("GET", "/mqtt");
    what.origin = "http://localhost:9001";
    BOOST_TEST(status(*this, what, "mqtt") == 101U);
    what.origin = "http://evil.example";
    BOOST_TEST(status(*this, what, "mqtt") == 403U);
    conf.listeners[0].origins = {"http://evil.example"};
    BOOST_TEST(status(*this, what, "mqtt") == 101U);
    what.origin.clear();
    what.host = "rebound.example";
    BOOST_TEST(status(*this, what, "mqtt") == 421U);
}

BOOST_AUTO_TEST_SUITE_END()
