// The life of an incident beyond opening and closing: hysteresis, values in a row, people, reminders, escalation,
// silence (features A-36, A-37, A-40, A-41, A-43 to A-45).
#include "broker/plugins/sensors/silence_watch.hpp"
#include "tests/unit/plugins/sensors/fixture.hpp"

using namespace nightjar;
using namespace nightjar::plugins::sensors;
using namespace nightjar::plugins::sensors::test;
using storage::incident_status;

namespace {

struct listener final : alert_listener {
    void on_alert(plugin::host&, const alert& what) override { types.emplace_back(name_of(what.type)); }
    std::vector<std::string> types;
};

struct fixture {
    explicit fixture(option_lines lines = {}) : settings(good_options(lines)) {}

    storage::incident_id observe(double value) {
        return book.observe(host, {hall, hall.record, value, settings.watch_rule_of(1, "temperature")});
    }
    void pass(std::int64_t seconds) { // ticks as the broker's
        for (; seconds > 0; --seconds) {
            host.now_ms += 1000;
            host.now_steady_ms += 1000;
            book.on_tick(host);
        }
    }
    std::vector<std::string> told() { return std::exchange(others.types, {}); }
    const storage::incident_record& row() const { return host.rows.incidents.back(); }
    const storage::incident_step& step() const { return host.rows.incident_steps.back(); }

    options settings;
    storage::sensor_record record{1, "hall temp", "temperature", "°C", "hall", "plain", "iot/hall/temp", 1};
    registry known{settings, {record}};
    listener others;
    incident_book book{settings, known, {}, 0, &others};
    fake_host host;
    sensor hall{record};
};

using list = std::vector<std::string>;

// Second by second.
void tick(test::broker& b, int seconds) {
    for (; seconds > 0; --seconds) {
        b.first.now_steady_ms += 1000;
        b.plugin->on_tick(b.first);
    }
}

} // namespace

BOOST_AUTO_TEST_SUITE(incident_life)

BOOST_AUTO_TEST_CASE(it_closes_only_well_inside_the_range) {
    fixture f({{"hysteresis", "temperature 1.5"}});
    f.observe(40);
    for (const double value : {35.0, 33.6, 34.0}) f.observe(value);
    BOOST_TEST(f.book.open_count() == 1U);
    BOOST_TEST(f.row().counter == 1U); // they are not out of range
    f.observe(33.5);
    BOOST_TEST(f.book.open_count() == 0U);
}

BOOST_AUTO_TEST_CASE(so_many_in_a_row_open_it) {
    fixture f({{"open_after", "3"}});
    for (const double value : {40.0, 41.0, 20.0, 40.0, 41.0}) BOOST_TEST(f.observe(value) == 0U);
    BOOST_TEST(f.host.sent.empty());
    BOOST_TEST(f.hall.has_incident.load()); // so that a value in range is seen
    BOOST_TEST(f.observe(42) == 1U);
    f.observe(20);
    BOOST_TEST(!f.hall.has_incident.load());
}

BOOST_AUTO_TEST_CASE(so_many_in_a_row_close_it) {
    fixture f({{"close_after", "2"}});
    f.observe(40);
    for (const double value : {20.0, 40.0, 20.0}) f.observe(value);
    BOOST_TEST(f.book.open_count() == 1U);
    f.observe(21);
    BOOST_TEST(f.book.open_count() == 0U);
}

BOOST_AUTO_TEST_CASE(people_alone_close_it) {
    fixture f({{"auto_close", "false"}});
    f.observe(40);
    f.observe(20);
    BOOST_TEST(f.book.open_count() == 1U);
    BOOST_TEST(f.book.close(f.host, 1, {"op1", "window shut"}).refused.empty());
    BOOST_TEST(f.book.open_count() == 0U);
    BOOST_TEST((f.row().status == incident_status::closed));
}

BOOST_AUTO_TEST_CASE(acknowledged_then_closed_with_its_history) {
    fixture f;
    f.observe(40);
    BOOST_TEST(f.step().number == 1U);
    BOOST_TEST(f.step().by.empty());
    BOOST_TEST(f.step().comment == "temperature 40 is above 35");
    f.host.now_ms += 1000;
    const auto done = f.book.acknowledge(f.host, 1, {"op1", "on my way"});
    BOOST_TEST(done.refused.empty());
    BOOST_TEST((done.incident.status == incident_status::acknowledged));
    BOOST_TEST(done.incident.acknowledged_ms.value_or(0) == noon_ms + 1000);
    BOOST_TEST(f.step().number == 2U);
    BOOST_TEST(f.step().by == "op1");
    BOOST_TEST(f.step().comment == "on my way");
    BOOST_TEST((f.step().status == incident_status::acknowledged));
    BOOST_TEST(f.book.acknowledge(f.host, 1, {}).refused == "already_acknowledged");
    BOOST_TEST(f.book.comment(f.host, 1, {"op2", "ladder needed"}).refused.empty());
    BOOST_TEST((f.step().status == incident_status::acknowledged));
    f.observe(20); // values close it all the same
    BOOST_TEST(f.step().number == 4U);
    BOOST_TEST((f.step().status == incident_status::closed));
    BOOST_TEST((f.told() == list{"created", "acknowledged", "closed"}));
    for (const auto refused : {f.book.acknowledge(f.host, 1, {}).refused, f.book.close(f.host, 1, {}).refused,
                               f.book.comment(f.host, 1, {"x", "y"}).refused})
        BOOST_TEST(refused == "already_closed");
    BOOST_TEST(f.book.close(f.host, 2, {}).refused == "unknown_incident");
    BOOST_TEST(f.book.close(f.host, 0, {}).refused == "unknown_incident");
}

BOOST_AUTO_TEST_CASE(each_change_has_a_higher_revision) {
    fixture f;
    f.observe(40);
    f.observe(41);
    f.book.acknowledge(f.host, 1, {});
    f.observe(20);
    for (std::size_t i = 1; i < f.host.rows.incidents.size(); ++i)
        BOOST_TEST(f.host.rows.incidents[i].revision == f.host.rows.incidents[i - 1].revision + 1);
}

BOOST_AUTO_TEST_CASE(reported_by_people) {
    fixture f;
    const auto made = f.book.create(f.host, 1, "smells burnt", {"op1", {}});
    BOOST_TEST(made.incident.id == 1U);
    BOOST_TEST(f.book.create(f.host, 1, "again", {}).refused == "already_open");
    BOOST_TEST(f.book.create(f.host, 9, "x", {}).refused == "unknown_sensor");
    f.observe(20); // no value ends it
    BOOST_TEST(f.book.open_count() == 1U);
    BOOST_TEST(f.observe(40) == 2U); // and it hides none
    BOOST_TEST(f.host.to("dht11/incidents")[0].payload.find(R"("value":null,"min":null,"max":null)") !=
               std::string::npos);
}

BOOST_AUTO_TEST_CASE(reminded_each_hour_until_somebody_acknowledges) {
    fixture f({{"escalate_after", "0"}});
    f.observe(40);
    f.told();
    f.pass(3599);
    BOOST_TEST(f.told().empty());
    f.pass(1);
    BOOST_TEST((f.told() == list{"reminder"}));
    f.pass(3600);
    BOOST_TEST((f.told() == list{"reminder"}));
    f.book.acknowledge(f.host, 1, {});
    f.told();
    f.pass(7200);
    BOOST_TEST(f.told().empty());
}

BOOST_AUTO_TEST_CASE(escalated_three_times) {
    fixture f({{"reminder", "0"}});
    f.observe(40);
    f.told();
    f.pass(899);
    BOOST_TEST(f.told().empty());
    f.pass(1);
    BOOST_TEST((f.told() == list{"escalated"}));
    BOOST_TEST(f.row().escalation_level == 1U);
    f.pass(10'000);
    BOOST_TEST((f.told() == list{"escalated", "escalated"}));
    BOOST_TEST(f.row().escalation_level == 3U);
}

BOOST_AUTO_TEST_CASE(a_clock_that_is_set_changes_no_interval) {
    fixture f({{"reminder", "0"}});
    f.observe(40);
    f.told();
    f.host.now_ms += 86'400'000;
    f.book.on_tick(f.host);
    BOOST_TEST(f.told().empty());
    f.host.now_ms -= 2 * 86'400'000LL;
    f.pass(900);
    BOOST_TEST((f.told() == list{"escalated"}));
}

BOOST_AUTO_TEST_CASE(what_passed_before_a_restart_counts) {
    fixture f({{"reminder", "0"}});
    f.observe(40);
    incident_book again(f.settings, f.known, f.book.open(), 1, &f.others);
    f.told();
    f.host.now_ms += 2000 * 1000;
    f.host.now_steady_ms = 5; // another boot
    again.on_tick(f.host);
    BOOST_TEST((f.told() == list{"escalated"})); // once, to the level that it has reached
    BOOST_TEST(f.row().escalation_level == 2U);
}

BOOST_AUTO_TEST_CASE(a_pause_counts_for_nothing) {
    fixture f({{"reminder", "1000"}});
    f.observe(40);
    f.told();
    f.pass(600);
    for (int i = 0; i < 5000; ++i) {
        f.host.now_steady_ms += 1000;
        f.book.stand_still(f.host);
        if (i == 1000) f.book.create(f.host, 1, "meanwhile", {});
    }
    BOOST_TEST((f.told() == list{"created"}));
    f.pass(299);
    BOOST_TEST(f.told().empty());
    f.pass(1);
    BOOST_TEST((f.told() == list{"escalated"})); // the first: 900 seconds of it have counted
    BOOST_TEST(f.row().id == 1U);
    BOOST_TEST(f.row().escalation_level == 1U);
    f.pass(599);
    BOOST_TEST(f.told().empty());
    f.pass(1);
    BOOST_TEST((f.told() == list{"escalated"})); // the one of the pause
    BOOST_TEST(f.row().id == 2U);
}

BOOST_AUTO_TEST_CASE(a_pause_before_the_first_tick) {
    fixture f({{"reminder", "0"}});
    f.observe(40);
    incident_book again(f.settings, f.known, f.book.open(), 1, &f.others);
    f.told();
    f.host.now_ms += 800 * 1000;
    f.host.now_steady_ms = 5; // another boot
    again.stand_still(f.host);
    f.host.now_steady_ms += 5'000'000;
    again.stand_still(f.host);
    f.host.now_steady_ms += 99'000;
    again.on_tick(f.host);
    BOOST_TEST(f.told().empty());
    f.host.now_steady_ms += 1000;
    again.on_tick(f.host);
    BOOST_TEST((f.told() == list{"escalated"}));
}

BOOST_AUTO_TEST_CASE(silence_is_an_incident_that_a_value_ends) {
    fixture f;
    f.book.note_silence(f.host, f.hall, f.record, 61);
    f.book.note_silence(f.host, f.hall, f.record, 62);
    BOOST_TEST(f.book.open_count() == 1U);
    BOOST_TEST((f.told() == list{"offline"}));
    BOOST_TEST(f.hall.has_incident.load());
    f.observe(20);
    BOOST_TEST((f.told() == list{"closed"}));
    BOOST_TEST(!f.hall.has_incident.load());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(silence)

BOOST_AUTO_TEST_CASE(a_sensor_that_stops_is_found) {
    test::broker b({{"offline_after", "60"}, {"offline_after", "light 0"}});
    b.publish("iot/hall/temp", "20");
    b.publish("iot/hall/illu", "300");
    const auto pass = [&](int seconds) {
        b.first.now_steady_ms += seconds * 1000;
        b.first.now_ms += seconds * 1000;
        b.plugin->on_tick(b.first);
    };
    b.plugin->on_tick(b.first);
    pass(59);
    BOOST_TEST(b.first.to("dht11/alerts").empty());
    b.publish("iot/hall/temp", "20");
    pass(1);
    pass(59);
    BOOST_TEST(b.first.to("dht11/alerts").empty());
    pass(1);
    pass(1);
    BOOST_REQUIRE(b.first.to("dht11/alerts").size() == 1U); // of one sensor, once
    BOOST_TEST(b.first.to("dht11/alerts")[0].payload.find(R"("alert_type":"offline")") != std::string::npos);
    b.publish("iot/hall/temp", "20");
    BOOST_TEST(b.first.to("dht11/alerts").back().payload.find(R"("alert_type":"closed")") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_is_open_over_a_pause_does_not_escalate_when_it_ends) {
    test::broker b;
    b.publish("iot/hall/temp", "40");
    const auto pass = [&](int seconds) { tick(b, seconds); };
    pass(10);
    BOOST_TEST(b.plugin->on_http({"POST", "/mqtt/disconnect", {}, {}})->status == 200U);
    pass(86'400);
    BOOST_TEST(b.plugin->on_http({"POST", "/mqtt/connect", {}, {}})->status == 200U);
    pass(800);
    BOOST_TEST(b.first.to("dht11/alerts").size() == 1U); // created
    pass(100);
    BOOST_TEST(b.first.to("dht11/alerts").size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_pause_without_an_end_is_not_ended_by_an_earlier_one) {
    test::broker b;
    const auto ask = [&b](const char* path, const char* body) {
        BOOST_TEST(b.plugin->on_http({"POST", path, {}, body})->status == 200U);
    };
    const auto running = [&b] {
        return b.plugin->on_http({"GET", "/mqtt/status", {}, {}})->body.find("paused") == std::string::npos;
    };
    ask("/mqtt/disconnect", R"({"minutes":1})");
    tick(b, 2);
    ask("/mqtt/disconnect", "{}");
    tick(b, 600);
    BOOST_TEST(!running());
    ask("/mqtt/disconnect", R"({"minutes":1})");
    tick(b, 2);
    ask("/mqtt/connect", "{}");
    ask("/mqtt/disconnect", "{}"); // before a tick has seen that it was over
    tick(b, 600);
    BOOST_TEST(!running());
    ask("/mqtt/disconnect", R"({"minutes":1})");
    tick(b, 62);
    BOOST_TEST(running());
}

BOOST_AUTO_TEST_CASE(a_pause_is_no_silence) {
    test::broker b({{"offline_after", "60"}});
    b.publish("iot/hall/temp", "20");
    const auto pass = [&](int seconds) { tick(b, seconds); };
    pass(30);
    BOOST_TEST(b.plugin->on_http({"POST", "/mqtt/disconnect", {}, {}})->status == 200U);
    pass(300);
    BOOST_TEST(b.plugin->on_http({"POST", "/mqtt/connect", {}, {}})->status == 200U);
    pass(60); // the first tick finds that it is over
    BOOST_TEST(b.first.to("dht11/alerts").empty());
    pass(1);
    BOOST_TEST(b.first.to("dht11/alerts").size() == 1U); // it counts again
}

BOOST_AUTO_TEST_CASE(who_was_merged_for_a_while_is_no_silent_one) {
    options settings;
    settings.offline_after.push_back({"", 0, 60});
    registry known(settings, {});
    for (const storage::sensor_id id : {3, 7}) {
        storage::sensor_record record;
        record.id = id;
        record.type = "light";
        record.topic = "iot/measurements";
        known.adopt(std::move(record));
    }
    silence_watch watch;
    BOOST_TEST(watch.look(settings, known, 0).empty());
    known.merge(7, 3);
    BOOST_TEST(watch.look(settings, known, 59'000).empty());
    known.unmerge(7);
    const auto silent = watch.look(settings, known, 60'000);
    BOOST_REQUIRE(silent.size() == 1U);
    BOOST_TEST(silent.front().record.id == 3U);
}

BOOST_AUTO_TEST_SUITE_END()
