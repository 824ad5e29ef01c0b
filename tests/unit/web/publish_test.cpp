// POST /publish, /mqtt/status and /mqtt/publish/sensor.
#include "fakes.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

using namespace nightjar;
using namespace nightjar::web;
using namespace nightjar::web::test;

BOOST_FIXTURE_TEST_SUITE(publishing, fixture)

BOOST_AUTO_TEST_CASE(a_plain_message) {
    const auto answer = ask("POST", "/publish", R"({"topic":"django/mqtt","msg":"Hello"})");
    BOOST_TEST(answer.status == 200U);
    BOOST_TEST(answer.body == R"({"code":0})");
    BOOST_TEST_REQUIRE(admin.published.size() == 1U);
    BOOST_TEST(admin.published[0].topic == "django/mqtt");
    BOOST_TEST(admin.published[0].payload == "Hello");
    BOOST_TEST((admin.published[0].qos == codec::qos::at_most_once));
    BOOST_TEST(!admin.published[0].retain);
    BOOST_TEST(admin.published[0].address == "127.0.0.1");
}

BOOST_AUTO_TEST_CASE(kinds_of_payload) {
    const std::pair<const char*, const char*> cases[] = {
        {R"("msg":23.40)", "23.4"},
        {R"("msg":25)", "25"},
        {R"("msg":true)", "true"},
        {R"("msg":null)", ""},
        {R"("msg":{"a":[1,2.57]})", R"({"a":[1,2.57]})"},
        {R"("msg":[])", "[]"},
        {R"("payload":"alias")", "alias"},
        {R"("msg":"first","payload":"second")", "first"},
        {R"("msg":"SGVsbG8=","encoding":"base64")", "Hello"},
        {R"("msg":"\u0000\u00e9")", nullptr},
    };
    for (const auto& [member, payload] : cases) {
        const auto answer = ask("POST", "/publish", std::string(R"({"topic":"t",)") + member + '}');
        BOOST_TEST(answer.body == R"({"code":0})", member);
        const std::string expected = payload != nullptr ? std::string(payload) : std::string("\0\xC3\xA9", 3);
        BOOST_TEST(admin.published.back().payload == expected, member);
    }
}

BOOST_AUTO_TEST_CASE(qos_and_retain) {
    BOOST_TEST(ask("POST", "/publish", R"({"topic":"t","msg":"","qos":2,"retain":true})").status == 200U);
    BOOST_TEST((admin.published.back().qos == codec::qos::exactly_once));
    BOOST_TEST(admin.published.back().retain);
    BOOST_TEST(ask("POST", "/publish", R"({"topic":"t","msg":"","qos":"1"})").status == 200U);
    BOOST_TEST((admin.published.back().qos == codec::qos::at_least_once));
}

BOOST_AUTO_TEST_CASE(bad_messages) {
    for (const char* bad :
         {"", "x", "[]", R"({"msg":"x"})", R"({"topic":"t"})", R"({"topic":5,"msg":"x"})", R"({"topic":"","msg":"x"})",
          R"({"topic":"t","msg":"x","qos":3})", R"({"topic":"t","msg":"x","qos":1.5})",
          R"({"topic":"t","msg":"x","qos":null})", R"({"topic":"t","msg":"x","retain":"yes"})",
          R"({"topic":"t","msg":"x","encoding":"hex"})", R"({"topic":"t","msg":"*","encoding":"base64"})",
          R"({"topic":"t","msg":5,"encoding":"base64"})", R"({"topic":"t","msg":1e400})"}) {
        const auto answer = ask("POST", "/publish", bad);
        BOOST_TEST(answer.status == 400U, bad);
        const auto body = boost::json::parse(answer.body).as_object();
        BOOST_TEST(body.at("code").as_int64() == 3, bad);
        BOOST_TEST(body.contains("error"), bad);
        BOOST_TEST(body.contains("detail"), bad);
    }
    BOOST_TEST(admin.published.empty());
}

BOOST_AUTO_TEST_CASE(what_the_broker_says) {
    using enum admin::publish_status;
    const std::tuple<admin::publish_status, unsigned, int> cases[] = {{invalid_topic, 400, 3},
                                                                      {too_large, 413, 9},
                                                                      {denied, 403, 12},
                                                                      {storage_failed, 503, 15},
                                                                      {stopping, 503, 15}};
    for (const auto& [status, http, code] : cases) {
        admin.publish_answer = {status, {}};
        const auto answer = ask("POST", "/publish", R"({"topic":"t","msg":""})");
        BOOST_TEST(answer.status == http);
        BOOST_TEST(boost::json::parse(answer.body).at("code").as_int64() == code);
    }
    admin.publish_answer.reset(); // never answers
    const auto late = ask("POST", "/publish", R"({"topic":"t","msg":""})");
    BOOST_TEST(late.status == 503U);
    BOOST_TEST(late.body.find(R"({"error":"timeout")") == 0U);
}

BOOST_AUTO_TEST_CASE(status_is_the_plugins) {
    BOOST_TEST(ask("GET", "/mqtt/status").status == 404U);
    admin.plugin_pages["GET /mqtt/status"] = R"({"connected":true})";
    BOOST_TEST(ask("GET", "/mqtt/status").body == R"({"connected":true})");
    BOOST_TEST(ask("POST", "/mqtt/status").status == 405U);
}

BOOST_AUTO_TEST_CASE(a_sensor_value) {
    BOOST_TEST(ask("POST", "/mqtt/publish/sensor", R"({"temperature":25})").status == 404U); // no plugin
    admin.plugin_pages["GET /mqtt/status"] = "{}";
    admin.publish_answer->ingest.sensors = {100001, 100002};
    admin.publish_answer->ingest.incidents = {4};
    const auto answer = ask("POST", "/mqtt/publish/sensor",
                            R"({"temperature":25.0,"humidity":"60","timestamp":"2026-01-28T15:07:55Z"})");
    BOOST_TEST(answer.status == 200U);
    BOOST_TEST(answer.body ==
               R"({"status":"success","topic":"dht11/sensor/data","payload":{"temperature":25,"humidity":60,)"
               R"("timestamp":"2026-01-28T15:07:55Z"},"sensors":[100001,100002],"incidents":[4]})");
    BOOST_TEST((admin.published.back().qos == codec::qos::at_least_once));
    BOOST_TEST(admin.published.back().payload ==
               R"({"temperature":25,"humidity":60,"timestamp":"2026-01-28T15:07:55Z"})");

    BOOST_TEST(
        ask("POST", "/mqtt/publish/sensor", R"({"humidity":60,"device":"salon","timestamp":1769612875000})").status ==
        200U);
    BOOST_TEST(admin.published.back().topic == "dht11/salon/data");
    BOOST_TEST(admin.published.back().payload == R"({"humidity":60,"timestamp":"2026-01-28T15:07:55Z"})");
    BOOST_TEST(ask("POST", "/mqtt/publish/sensor", R"({"humidity":60})").status == 200U);
    BOOST_TEST(admin.published.back().payload.find(R"({"humidity":60,"timestamp":"20)") == 0U);
}

BOOST_AUTO_TEST_CASE(bad_sensor_values) {
    admin.plugin_pages["GET /mqtt/status"] = "{}";
    for (const char* bad :
         {"", "{}", "[]", R"({"temperature":null})", R"({"temperature":"warm"})", R"({"temperature":1e400})",
          R"({"temperature":25,"humidity":true})", R"({"temperature":25,"device":"a/b"})",
          R"({"temperature":25,"device":"#"})", R"({"temperature":25,"device":""})", R"({"temperature":25,"device":5})",
          R"({"temperature":25,"timestamp":"yesterday"})"})
        BOOST_TEST(ask("POST", "/mqtt/publish/sensor", bad).status == 400U, bad);
    BOOST_TEST(admin.published.empty());
    const std::string good = R"({"temperature":25})";
    admin.publish_answer->ingest.rejected = "paused";
    BOOST_TEST(ask("POST", "/mqtt/publish/sensor", good).status == 409U);
    admin.publish_answer->ingest.rejected = "too_many_sensors";
    BOOST_TEST(ask("POST", "/mqtt/publish/sensor", good).status == 400U);
    admin.publish_answer->status = admin::publish_status::storage_failed;
    BOOST_TEST(ask("POST", "/mqtt/publish/sensor", good).status == 503U);
}

BOOST_AUTO_TEST_SUITE_END()
