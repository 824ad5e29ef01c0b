// What the plugin publishes, letter by letter (features A-35, A-37, A-38, section 7 row 3, H8, H9).
#include "broker/plugins/sensors/messages.hpp"

#include <limits>

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

using namespace nightjar;
using namespace nightjar::plugins::sensors;

namespace {

constexpr std::int64_t noon_ms = 1'769'612'875'000; // 2026-01-28T15:07:55Z

storage::sensor_record sensor(const char* type) {
    return {100'001, "sensor temperature", type, "°C", "sensor", "dht11", "dht11/sensor/data", 1};
}

storage::incident_record incident() {
    storage::incident_record i;
    i.id = 1;
    i.sensor = 100'001;
    i.reason = "too \"hot\"";
    i.min = 5;
    i.max = 35;
    i.value = 40;
    i.lowest = 36.5;
    i.highest = 41;
    i.counter = 3;
    i.opened_ms = noon_ms - 1000;
    return i;
}

std::string told(alert_type type, const storage::incident_record& i, const char* of) {
    const auto s = sensor(of);
    return alert_message({type, &i, &s, noon_ms});
}

} // namespace

BOOST_AUTO_TEST_SUITE(messages)

BOOST_AUTO_TEST_CASE(status) {
    BOOST_TEST(status_message(true, noon_ms) == R"({"status":"online","timestamp":"2026-01-28T15:07:55Z"})");
    BOOST_TEST(status_message(false, noon_ms + 7) == R"({"status":"offline","timestamp":"2026-01-28T15:07:55.007Z"})");
}

BOOST_AUTO_TEST_CASE(state) {
    BOOST_TEST(state_message(2.57, "V", "light", noon_ms) ==
               R"({"value":2.57,"unit":"V","type":"light","time":"2026-01-28T15:07:55Z"})");
}

BOOST_AUTO_TEST_CASE(numbers_are_in_their_shortest_form) {
    const std::pair<double, const char*> table[] = {
        {25, "25"}, {2.57, "2.57"}, {-0.5, "-0.5"}, {0.1 + 0.2, "0.30000000000000004"}};
    for (const auto& [number, text] : table)
        BOOST_TEST(
            state_message(number, "", "x", noon_ms).starts_with("{\"value\":" + std::string(text) + ",\"unit\":\"\","),
            text);
}

BOOST_AUTO_TEST_CASE(
    an_open_incident) { // the fields of the page, in its order; max_hum is null, the page has the device's
    const auto text = incident_message(incident(), sensor("temperature"), noon_ms);
    BOOST_TEST(text.starts_with(R"({"incident_id":1,"status":"open","sensor":100001,"device":"sensor",)"
                                R"("type":"temperature","value":40,"min":5,"max":35,"max_temp":41,"min_temp":36.5,)"
                                R"("max_hum":null,"kind":"threshold","worst":41)"));
    BOOST_TEST(text.ends_with(R"(,"counter":3,"escalation_level":0,"reason":"too \"hot\"",)"
                              R"("opened_at":"2026-01-28T15:07:54Z","acknowledged_at":null,"closed_at":null,)"
                              R"("timestamp":"2026-01-28T15:07:55Z"})"));
}

BOOST_AUTO_TEST_CASE(a_closed_incident) {
    auto i = incident();
    i.status = storage::incident_status::closed;
    i.acknowledged_ms = noon_ms - 500;
    i.closed_ms = noon_ms;
    const auto text = incident_message(i, sensor("temperature"), noon_ms);
    BOOST_TEST(text.find(R"("status":"closed")") != std::string::npos);
    BOOST_TEST(text.find(R"("acknowledged_at":"2026-01-28T15:07:54.500Z","closed_at":"2026-01-28T15:07:55Z")") !=
               std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_acknowledged_incident) {
    auto i = incident();
    i.status = storage::incident_status::acknowledged;
    BOOST_TEST(incident_message(i, sensor("temperature"), noon_ms).find(R"("status":"acknowledged")") !=
               std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_highest_humidity) {
    const auto text = incident_message(incident(), sensor("humidity"), noon_ms);
    BOOST_TEST(text.find(R"("max_hum":41)") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_missing_bound_is_null) {
    auto i = incident();
    i.min = -std::numeric_limits<double>::infinity();
    BOOST_TEST(incident_message(i, sensor("light"), noon_ms).find(R"("min":null,"max":35,)") != std::string::npos);
    i.max = std::numeric_limits<double>::infinity();
    BOOST_TEST(told(alert_type::created, i, "light").find(R"("min":null,"max":null,)") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_alert) {
    BOOST_TEST(told(alert_type::created, incident(), "temperature") ==
               R"({"incident_id":1,"alert_type":"created","sensor":100001,"device":"sensor","type":"temperature",)"
               R"("name":"sensor temperature","unit":"°C","kind":"threshold","value":40,"min":5,"max":35,)"
               R"("reason":"too \"hot\"","severity":"warning","timestamp":"2026-01-28T15:07:55Z"})");
}

BOOST_AUTO_TEST_CASE(a_test_alert_is_of_no_incident) {
    BOOST_TEST(alert_message({alert_type::test, nullptr, nullptr, noon_ms}) ==
               R"({"incident_id":null,"alert_type":"test","reason":"a test of the ways that alerts take",)"
               R"("severity":"info","timestamp":"2026-01-28T15:07:55Z"})");
}

BOOST_AUTO_TEST_CASE(severity_grows_with_the_level) {
    auto i = incident();
    const auto of = [&](alert_type type) { return severity_of({type, &i, nullptr, 0}); };
    for (const auto type : {alert_type::created, alert_type::reminder, alert_type::offline})
        BOOST_TEST(of(type) == "warning");
    for (const auto type : {alert_type::acknowledged, alert_type::closed}) BOOST_TEST(of(type) == "info");
    BOOST_TEST(of(alert_type::escalated) == "critical");
    i.escalation_level = 1;
    BOOST_TEST(of(alert_type::reminder) == "critical");
}

BOOST_AUTO_TEST_CASE(the_worst_value_is_the_farthest_out) {
    auto i = incident(); // 5 to 35
    const auto worst = [&] {
        const auto text = incident_message(i, sensor("temperature"), noon_ms);
        const auto at = text.find("\"worst\":") + 8;
        return text.substr(at, text.find(',', at) - at);
    };
    BOOST_TEST(worst() == "41");
    i.lowest = -2;
    BOOST_TEST(worst() == "-2");
    i.kind = storage::incident_kind::offline;
    BOOST_TEST(worst() == "null");
}

BOOST_AUTO_TEST_CASE(texts_of_devices_are_escaped) {
    auto s = sensor("temperature");
    s.device = "a\"b\n\xFF\xC3\xA9";
    s.type = "{\"x\":1}";
    const auto known = incident();
    for (const auto& text :
         {incident_message(incident(), s, noon_ms), alert_message({alert_type::closed, &known, &s, noon_ms}),
          state_message(1, s.device, s.type, noon_ms)}) {
        boost::system::error_code error;
        boost::json::parse(text, error);
        BOOST_TEST(!error, text);
    }
}

BOOST_AUTO_TEST_SUITE_END()
