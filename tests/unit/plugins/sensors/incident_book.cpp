// Incidents open once on crossing a bound, count, and close on return; each sensor has its own (features A-35 to A-41).
#include "tests/unit/plugins/sensors/fixture.hpp"

using namespace nightjar;
using namespace nightjar::plugins::sensors;
using namespace nightjar::plugins::sensors::test;
using storage::incident_status;

namespace {

storage::sensor_record record(std::uint32_t id) {
    return {id, "hall temp", "temperature", "°C", "hall", "plain", "iot/hall/temp", 1};
}

struct fixture {
    storage::incident_id observe(sensor& of, double value) { return book.observe(host, {of, of.record, value, rule}); }
    storage::incident_record last_row() const { return host.rows.incidents.back(); }
    bool contains(const message& m, std::string_view text) const { return m.payload.find(text) != std::string::npos; }

    options settings = good_options({});
    registry known{settings, {record(1), record(2)}};
    incident_book book{settings, known, {}, 0};
    fake_host host;
    watch_rule rule{{5, 35}, 0, 1, 1};
    sensor hall{record(1)}, attic{record(2)};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(incident_book_, fixture)

BOOST_AUTO_TEST_CASE(a_value_in_range_does_nothing) {
    for (const double value : {5.0, 20.0, 35.0}) BOOST_TEST(observe(hall, value) == 0U);
    BOOST_TEST(book.open_count() == 0U);
    BOOST_TEST(host.rows.empty());
    BOOST_TEST(host.sent.empty());
}

BOOST_AUTO_TEST_CASE(a_value_above_opens) {
    BOOST_TEST(observe(hall, 40) == 1U);
    BOOST_TEST(book.open_count() == 1U);
    BOOST_TEST(book.is_watched(1));
    BOOST_TEST(hall.has_incident.load());
    BOOST_REQUIRE(host.rows.incidents.size() == 1U);
    const auto row = last_row();
    BOOST_TEST((row.status == incident_status::open));
    BOOST_TEST(row.sensor == 1U);
    BOOST_TEST(row.value == 40);
    BOOST_TEST(row.min == 5);
    BOOST_TEST(row.max == 35);
    BOOST_TEST(row.counter == 1U);
    BOOST_TEST(row.opened_ms == noon_ms);
    BOOST_TEST(!row.closed_ms.has_value());
    BOOST_TEST(!row.reason.empty());
}

BOOST_AUTO_TEST_CASE(a_value_below_opens) {
    BOOST_TEST(observe(hall, 4.9) == 1U);
    BOOST_TEST(last_row().value == 4.9);
}

BOOST_AUTO_TEST_CASE(opening_is_published_with_an_alert_and_a_retained_copy) {
    observe(hall, 40);
    BOOST_TEST(host.sent.size() == 3U);
    const auto told = host.to("dht11/incidents"), alert = host.to("dht11/alerts"), kept = host.to("dht11/incidents/1");
    BOOST_REQUIRE(told.size() == 1U);
    BOOST_REQUIRE(alert.size() == 1U);
    BOOST_REQUIRE(kept.size() == 1U);
    BOOST_TEST(!told[0].retain);
    BOOST_TEST(!alert[0].retain);
    BOOST_TEST(kept[0].retain);
    for (const auto& m : host.sent) BOOST_TEST((m.qos == codec::qos::at_least_once)); // A-11
    BOOST_TEST(contains(told[0], R"("incident_id":1,"status":"open")"));
    BOOST_TEST(kept[0].payload == told[0].payload);
    BOOST_TEST(contains(alert[0], R"("incident_id":1,"alert_type":"created")"));
}

BOOST_AUTO_TEST_CASE(further_values_count_and_say_nothing) {
    observe(hall, 40);
    host.sent.clear();
    for (const double value : {42.0, 36.0, 3.0, 38.0}) BOOST_TEST(observe(hall, value) == 0U);
    BOOST_TEST(book.open_count() == 1U);
    BOOST_TEST(host.to("dht11/alerts").empty());
    BOOST_TEST(last_row().id == 1U);
    BOOST_TEST(last_row().counter == 5U);
    BOOST_TEST(last_row().highest == 42);
    BOOST_TEST(last_row().lowest == 3);
    BOOST_TEST(last_row().value == 38);
}

BOOST_AUTO_TEST_CASE(a_value_back_in_range_closes) {
    observe(hall, 40);
    host.sent.clear();
    host.now_ms += 5000;
    BOOST_TEST(observe(hall, 35) == 0U);
    BOOST_TEST(book.open_count() == 0U);
    BOOST_TEST(!hall.has_incident.load());
    BOOST_TEST((last_row().status == incident_status::closed));
    BOOST_TEST(last_row().closed_ms.value_or(0) == noon_ms + 5000);
    BOOST_TEST(last_row().opened_ms == noon_ms);
    BOOST_TEST(last_row().counter == 1U); // values out of range alone
    BOOST_TEST(last_row().highest == 40);
    BOOST_REQUIRE(host.to("dht11/incidents").size() == 1U);
    BOOST_TEST(contains(host.to("dht11/incidents")[0], R"("status":"closed")"));
    BOOST_TEST(contains(host.to("dht11/alerts").at(0), R"("alert_type":"closed")"));
    const auto kept = host.to("dht11/incidents/1");
    BOOST_REQUIRE(kept.size() == 1U);
    BOOST_TEST(kept[0].retain);
    BOOST_TEST(kept[0].payload.empty()); // takes the copy away
}

BOOST_AUTO_TEST_CASE(closing_happens_once) {
    observe(hall, 40);
    observe(hall, 20);
    host.sent.clear();
    observe(hall, 20);
    BOOST_TEST(host.sent.empty());
}

BOOST_AUTO_TEST_CASE(a_new_breach_is_a_new_incident) {
    BOOST_TEST(observe(hall, 40) == 1U);
    observe(hall, 20);
    BOOST_TEST(observe(hall, 40) == 2U);
    BOOST_TEST(last_row().counter == 1U);
    BOOST_TEST(last_row().highest == 40);
}

BOOST_AUTO_TEST_CASE(sensors_are_independent) {
    BOOST_TEST(observe(hall, 40) == 1U);
    BOOST_TEST(observe(attic, 3) == 2U);
    BOOST_TEST(book.open_count() == 2U);
    observe(hall, 20);
    BOOST_TEST(!book.is_watched(1));
    BOOST_TEST(book.is_watched(2));
    BOOST_REQUIRE(book.open().size() == 1U);
    BOOST_TEST(book.open()[0].id == 2U);
    BOOST_TEST(attic.has_incident.load());
}

BOOST_AUTO_TEST_CASE(what_the_store_holds_goes_on) {
    observe(hall, 40);
    observe(hall, 44);
    const auto& known_sensors = this->known;
    auto known = last_row();
    for (const auto status : {incident_status::open, incident_status::acknowledged}) {
        known.status = status;
        incident_book again(settings, known_sensors, {known}, 9);
        BOOST_TEST(again.is_watched(1));
        BOOST_TEST(again.open_count() == 1U);
        BOOST_TEST(again.observe(host, {hall, hall.record, 41, rule}) == 0U);
        BOOST_TEST(last_row().counter == 3U);
        BOOST_TEST((last_row().status == status));
        again.observe(host, {hall, hall.record, 20, rule});
        BOOST_TEST(last_row().id == 1U);
        BOOST_TEST((last_row().status == incident_status::closed));
        BOOST_TEST(again.observe(host, {hall, hall.record, 40, rule}) == 10U); // above all ids given
    }
}

BOOST_AUTO_TEST_CASE(topics_are_those_of_the_conf) {
    const auto other = good_options({{"topic_incidents", "x/i"}, {"topic_alerts", "x/a"}});
    incident_book elsewhere(other, known, {}, 0);
    elsewhere.observe(host, {hall, hall.record, 40, rule});
    BOOST_TEST(host.to("x/i").size() == 1U);
    BOOST_TEST(host.to("x/i/1").size() == 1U);
    BOOST_TEST(host.to("x/a").size() == 1U);
    BOOST_TEST(host.sent.size() == 3U);
}

BOOST_AUTO_TEST_SUITE_END()
