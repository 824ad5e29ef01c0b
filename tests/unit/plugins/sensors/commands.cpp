// Commands on the incidents' topic (features A-36, P4).
#include "broker/plugins/sensors/commands.hpp"

#include "tests/unit/plugins/sensors/fixture.hpp"

using namespace nightjar;
using namespace nightjar::plugins::sensors;
using namespace nightjar::plugins::sensors::test;

namespace {

struct asked {
    plugin::publish_outcome outcome;
    plugin::ingest_report report;
};

asked ask(test::broker& b, std::string_view payload) {
    asked result{};
    result.outcome = b.publish("dht11/incidents", payload, &result.report);
    return result;
}

} // namespace

BOOST_AUTO_TEST_SUITE(commands)

BOOST_AUTO_TEST_CASE(actions_and_their_other_names) {
    const std::pair<const char*, action> table[] = {
        {"ack", action::acknowledge},
        {"acknowledge", action::acknowledge},
        {"close", action::close},
        {"resolve", action::close},
    };
    for (const auto& [name, wanted] : table) {
        const auto got = parse_command(R"({"action":")" + std::string(name) + R"(","incident_id":7,"by":"op1"})");
        BOOST_REQUIRE(got.what.has_value());
        BOOST_TEST((got.what->kind == wanted));
        BOOST_TEST(got.what->incident == 7U);
        BOOST_TEST(got.what->by == "op1");
    }
}

BOOST_AUTO_TEST_CASE(what_is_no_command_is_left_alone) {
    for (const char* payload : {"", "x", "1", "[]", "{}", R"({"incident_id":1,"status":"open"})"}) {
        const auto got = parse_command(payload);
        BOOST_TEST(!got.what.has_value(), payload);
        BOOST_TEST(got.rejected.empty(), payload);
    }
}

BOOST_AUTO_TEST_CASE(what_is_wrong_is_refused_with_a_reason) {
    const std::pair<std::string, const char*> table[] = {
        {R"({"action":"explode"})", "unknown_action"},
        {R"({"action":7})", "unknown_action"},
        {R"({"action":"ack"})", "unknown_incident"},
        {R"({"action":"ack","incident_id":0})", "unknown_incident"},
        {R"({"action":"ack","incident_id":1.5})", "unknown_incident"},
        {R"({"action":"create"})", "bad_sensor_id"},
        {R"({"action":"create","sensor":"x"})", "bad_sensor_id"},
        {R"({"action":"comment","incident_id":1})", "no_comment"},
        {R"({"action":"ack","incident_id":1,"by":7})", "bad_text"},
        {R"({"action":"ack","incident_id":1,"comment":")" + std::string(501, 'x') + "\"}", "bad_text"},
    };
    for (const auto& [payload, reason] : table) BOOST_TEST(parse_command(payload).rejected == reason, payload);
}

BOOST_AUTO_TEST_CASE(the_whole_life) {
    test::broker b;
    b.publish("iot/hall/temp", "40");
    const auto ack = ask(b, R"({"action":"ack","incident_id":1,"by":"op1","comment":"seen"})");
    BOOST_TEST((ack.outcome == plugin::publish_outcome::stored)); // acknowledged when it is on disk
    BOOST_TEST(ack.report.status == 200U);
    BOOST_TEST(ack.report.answer.starts_with(R"({"incident_id":1,"status":"acknowledged")"));
    BOOST_TEST(ask(b, R"({"action":"ack","incident_id":1})").report.status == 409U);
    BOOST_TEST(ask(b, R"({"action":"close","incident_id":2})").report.status == 404U);
    BOOST_TEST(ask(b, R"({"action":"close","incident_id":1})").report.status == 200U);
    b.commit();
    const auto history = b.store->incident_table().history(1);
    BOOST_REQUIRE(history.size() == 3U);
    BOOST_TEST(history[1].by == "op1");
    BOOST_TEST(history[1].comment == "seen");
    BOOST_TEST((b.store->incident_table().find(1)->status == storage::incident_status::closed));
    const auto made = ask(b, R"({"action":"create","sensor":100001,"reason":"broken"})");
    BOOST_TEST(made.report.status == 201U);
    BOOST_TEST((made.report.incidents == std::vector<std::uint32_t>{2}));
}

BOOST_AUTO_TEST_CASE(our_own_messages_are_no_commands) {
    test::broker b;
    b.publish("iot/hall/temp", "40");
    for (const auto& m : b.first.to("dht11/incidents"))
        BOOST_TEST((ask(b, m.payload).outcome == plugin::publish_outcome::pass));
    BOOST_TEST(b.page("/api/v1/ingest/rejected").find("\"last\":[]") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_older_row_does_not_replace_a_newer_one) { // batches of two workers, the wrong way round
    test::broker b;
    b.publish("iot/hall/temp", "40");
    auto late = std::exchange(b.first.rows, {});
    b.publish("iot/hall/temp", "20");
    b.commit();
    BOOST_REQUIRE(!b.writer.commit(*b.store, std::move(late)));
    BOOST_TEST((b.store->incident_table().find(1)->status == storage::incident_status::closed));
    storage::incident_query open;
    open.status = storage::incident_status::open;
    BOOST_TEST(b.store->incident_table().list(open).empty());
}

BOOST_AUTO_TEST_SUITE_END()
