// The reading part of REST: sensors, measurements, incidents, broker facts, and what lies around every route.
#include "fakes.hpp"

#include <boost/test/unit_test.hpp>

using namespace nightjar;
using namespace nightjar::web;
using namespace nightjar::web::test;

namespace {

constexpr std::int64_t noon = 1769612875000; // 2026-01-28T15:07:55Z

storage::stored_measurement row(storage::sensor_id sensor, std::int64_t ms, double value) {
    return {
        .id = static_cast<storage::measurement_id>(ms) * 1000, .sensor = sensor, .event_offset_ms = 0, .value = value};
}

struct filled : fixture {
    filled() {
        sensors.rows = {{3, "light 3", "light", "V", "", "measurement", "iot/measurements", noon},
                        {7, "Capteur \"Salon\"", "temperature", "", "salon", "dht11", "dht11/salon/data", noon},
                        {9, "empty", "unknown", "", "", "measurement", "iot/measurements", noon}};
        for (int i = 0; i < 10; ++i) measurements.rows.push_back(row(i % 2 == 0 ? 3 : 7, noon + i * 1000, 2.5 + i));
        storage::incident_record incident;
        incident.id = 1;
        incident.sensor = 3;
        incident.status = storage::incident_status::closed;
        incident.opened_ms = noon;
        incident.closed_ms = noon + 5000;
        incidents.rows.push_back(incident);
        incident.id = 2;
        incident.sensor = 7;
        incident.status = storage::incident_status::open;
        incident.reason = "temperature 40 is above 35";
        incident.min = 5;
        incident.max = 35;
        incident.value = incident.highest = 40;
        incident.lowest = 36.5;
        incident.counter = 2;
        incident.closed_ms.reset();
        incidents.rows.push_back(incident);
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(lists, filled)

BOOST_AUTO_TEST_CASE(sensor_list) {
    const auto all = ask("GET", "/api/monitoring/sensors");
    BOOST_TEST(all.status == 200U);
    BOOST_TEST(all.content_type == "application/json");
    const std::string_view first =
        R"([{"id":3,"name":"light 3","type":"light","unit":"V","device":"",)"
        R"("source":"measurement","topic":"iot/measurements","created_at":"2026-01-28T15:07:55Z",)"
        R"("last":{"value":10.5,"created_at":"2026-01-28T15:08:03Z"},"status":"ok"},)";
    BOOST_TEST(all.body.substr(0, first.size()) == first);
    BOOST_TEST(all.body.find(R"("last":null,"status":"no_data"}])") != std::string::npos);
    BOOST_TEST(all.body.find(R"("status":"incident")") != std::string::npos);
    BOOST_TEST(ask("GET", "/api/monitoring/sensors?fields=id,name").body ==
               R"([{"id":3,"name":"light 3"},{"id":7,"name":"Capteur \"Salon\""},{"id":9,"name":"empty"}])");
}

BOOST_AUTO_TEST_CASE(sensor_list_in_pages) {
    const auto page = ask("GET", "/api/monitoring/sensors?fields=id&limit=2");
    BOOST_TEST(page.body == R"([{"id":3},{"id":7}])");
    BOOST_TEST(field(page, "Link") == "</api/monitoring/sensors/?fields=id&limit=2&before=7>; rel=\"next\"");
    const auto rest = ask("GET", "/api/monitoring/sensors?fields=id&limit=2&before=7");
    BOOST_TEST(rest.body == R"([{"id":9}])");
    BOOST_TEST(field(rest, "Link") == "");
}

BOOST_AUTO_TEST_CASE(points_of_a_sensor) {
    // Five rows of sensor 3, two seconds apart: 2.5 4.5 6.5 8.5 10.5.
    const auto two = ask("GET", "/api/monitoring/sensors/3/measurements?points=2");
    BOOST_TEST(two.status == 200U);
    BOOST_TEST(two.body ==
               R"([{"t":1769612877499,"created_at":"2026-01-28T15:07:57.499Z","sensor":3,"value":4.5,"unit":"V",)"
               R"("min":2.5,"max":6.5,"count":3,"last_t":1769612879999},)"
               R"({"t":1769612882499,"created_at":"2026-01-28T15:08:02.499Z","sensor":3,"value":9.5,"unit":"V",)"
               R"("min":8.5,"max":10.5,"count":2,"last_t":1769612883000}])");
    const auto path = fmt::format("/api/monitoring/sensors/3/measurements?points=500&from={}&to={}", noon, noon + 3999);
    BOOST_TEST(ask("GET", path).body.find(R"("count":1,)") != std::string::npos);
    BOOST_TEST(ask("GET", path).body.find("8.5") == std::string::npos);
    BOOST_TEST(ask("GET", "/api/monitoring/sensors/9/measurements?points=5").body == "[]");
    BOOST_TEST(ask("GET", fmt::format("/api/monitoring/sensors/3/measurements?points=5&from={}", noon + 99999)).body ==
               "[]");
    for (const char* wrong : {"points=0", "points=10001", "points=x", "points=5&format=csv"})
        BOOST_TEST(ask("GET", std::string("/api/monitoring/sensors/3/measurements?") + wrong).status == 400U);
}

BOOST_AUTO_TEST_CASE(one_sensor) {
    const auto light = ask("GET", "/api/monitoring/sensors/3");
    BOOST_TEST(light.status == 200U);
    BOOST_TEST(light.body.find(
                   R"("count":5,"first_at":"2026-01-28T15:07:55Z","last_at":"2026-01-28T15:08:03Z","parts":[]})") !=
               std::string::npos);
    admin.plugin_pages["GET /api/monitoring/sensors/3/thresholds"] = R"({"min":1,"max":2})";
    BOOST_TEST(ask("GET", "/api/monitoring/sensors/3").body.ends_with(R"("thresholds":{"min":1,"max":2}})"));
    BOOST_TEST(ask("GET", "/api/monitoring/sensors/9").body.find(R"("count":0,"first_at":null,"last_at":null)") !=
               std::string::npos);
}

BOOST_AUTO_TEST_CASE(last_value) {
    const auto last = ask("GET", "/api/monitoring/sensors/3/last");
    BOOST_TEST(last.body == R"({"sensor":3,"value":10.5,"unit":"V","created_at":"2026-01-28T15:08:03Z"})");
    const auto none = ask("GET", "/api/monitoring/sensors/9/last");
    BOOST_TEST(none.status == 404U);
    BOOST_TEST(none.body.find(R"({"error":"no_measurement","detail":")") == 0U);
}

BOOST_AUTO_TEST_CASE(sensor_ids) {
    for (const char* path : {"", "/last", "/measurements"}) {
        BOOST_TEST(ask("GET", std::string("/api/monitoring/sensors/4") + path).status == 404U);
        BOOST_TEST(ask("GET", std::string("/api/monitoring/sensors/99999999999") + path).status == 404U);
        for (const char* id : {"x", "-3", "3.0", "3x", "+3", "99999999999999999999999"})
            BOOST_TEST(ask("GET", std::string("/api/monitoring/sensors/") + id + path).status == 400U);
    }
}

BOOST_AUTO_TEST_CASE(measurements_newest_first_in_slices) {
    const auto all = ask("GET", "/api/monitoring/measurements"); // four slices of the store's
    BOOST_TEST(all.status == 200U);
    BOOST_TEST(std::count(all.body.begin(), all.body.end(), '{') == 10);
    BOOST_TEST(
        all.body.find(
            R"([{"id":1769612884000000,"sensor":7,"value":11.5,"unit":"","created_at":"2026-01-28T15:08:04Z"},)") ==
        0U);
    BOOST_TEST(field(all, "Link") == "");
    const auto light = ask("GET", "/api/monitoring/sensors/3/measurements?limit=2&order=asc");
    BOOST_TEST(light.body ==
               R"([{"id":1769612875000000,"sensor":3,"value":2.5,"unit":"V","created_at":"2026-01-28T15:07:55Z"},)"
               R"({"id":1769612877000000,"sensor":3,"value":4.5,"unit":"V","created_at":"2026-01-28T15:07:57Z"}])");
    BOOST_TEST(ask("GET", "/api/monitoring/sensors/9/measurements").body == "[]");
}

BOOST_AUTO_TEST_CASE(measurements_follow_the_link) {
    std::string query = "limit=4&order=asc";
    int rows = 0;
    int pages = 0;
    while (!query.empty()) {
        BOOST_TEST_REQUIRE(++pages <= 3);
        const auto page = ask("GET", "/api/monitoring/measurements?" + query);
        rows += static_cast<int>(std::count(page.body.begin(), page.body.end(), '{'));
        const std::string link = field(page, "Link");
        const auto begin = link.find('?');
        query = begin == std::string::npos ? "" : link.substr(begin + 1, link.find('>') - begin - 1);
    }
    BOOST_TEST(rows == 10);
}

BOOST_AUTO_TEST_CASE(measurements_stop_after_their_time) {
    options.reading_time = std::chrono::milliseconds(0);
    const auto part = ask("GET", "/api/monitoring/measurements");
    BOOST_TEST(std::count(part.body.begin(), part.body.end(), '{') == 3);
    BOOST_TEST(field(part, "Link") == "</api/monitoring/measurements/?before=1769612882000000>; rel=\"next\"");
}

BOOST_AUTO_TEST_CASE(measurements_between_times) {
    const auto two = ask("GET", "/api/monitoring/measurements?from=2026-01-28T15:07:56Z&to=1769612877");
    BOOST_TEST(std::count(two.body.begin(), two.body.end(), '{') == 2);
}

BOOST_AUTO_TEST_CASE(other_formats) {
    const auto csv = ask("GET", "/api/monitoring/sensors/3/measurements?format=csv&limit=1");
    BOOST_TEST(csv.content_type == "text/csv; charset=utf-8");
    BOOST_TEST(csv.body == "id,sensor,value,unit,created_at\r\n1769612883000000,3,10.5,V,2026-01-28T15:08:03Z\r\n");
    sensors.rows[0].unit = "a,\"b\"";
    BOOST_TEST(ask("GET", "/api/monitoring/sensors/3/measurements?format=csv&limit=1").body.find(R"(,"a,""b""",)") !=
               std::string::npos);
    const auto lines = ask("GET", "/api/monitoring/measurements?format=ndjson");
    BOOST_TEST(lines.content_type == "application/x-ndjson");
    BOOST_TEST(std::count(lines.body.begin(), lines.body.end(), '\n') == 10);
}

BOOST_AUTO_TEST_CASE(bad_parameters) {
    for (const char* bad : {"limit=0", "limit=-1", "limit=x", "limit=", "from=yesterday", "to=2026-01-28T15:07:55",
                            "before=x", "order=up", "format=xml", "limit=%zz"}) {
        const auto answer = ask("GET", std::string("/api/monitoring/measurements?") + bad);
        BOOST_TEST(answer.status == 400U, bad);
        BOOST_TEST(answer.body.find(R"({"error":"bad_)") == 0U, bad);
    }
    BOOST_TEST(ask("GET", "/api/monitoring/measurements?limit=99999999&other=1").status == 200U);
}

BOOST_AUTO_TEST_CASE(incident_list) {
    const auto all = ask("GET", "/api/monitoring/incidents");
    BOOST_TEST(all.body.find(
                   R"([{"id":2,"incident_id":2,"status":"open","sensor":7,"device":"salon","type":"temperature",)"
                   R"("value":40,"min":5,"max":35,"lowest":36.5,"highest":40,"max_temp":40,"min_temp":36.5,)") == 0U);
    BOOST_TEST(all.body.find(R"("acknowledged_at":null,"closed_at":null},{"id":1,)") != std::string::npos);
    BOOST_TEST(ask("GET", "/api/monitoring/incidents?status=acknowledged").body == "[]");
    BOOST_TEST(ask("GET", "/api/monitoring/incidents?status=closed").body.find(R"([{"id":1,)") == 0U);
    BOOST_TEST(ask("GET", "/api/monitoring/incidents?sensor=3").body.find(R"([{"id":1,)") == 0U);
    const auto page = ask("GET", "/api/monitoring/incidents?limit=1");
    BOOST_TEST(field(page, "Link") == "</api/monitoring/incidents/?limit=1&before=2>; rel=\"next\"");
    BOOST_TEST(ask("GET", "/api/monitoring/incidents?limit=1&before=2").body.find(R"([{"id":1,)") == 0U);
    BOOST_TEST(ask("GET", "/api/monitoring/incidents?status=x").status == 400U);
    BOOST_TEST(ask("GET", "/api/monitoring/incidents?sensor=x").status == 400U);
}

BOOST_AUTO_TEST_CASE(one_incident) {
    const auto closed = ask("GET", "/api/monitoring/incidents/1");
    BOOST_TEST(
        closed.body.ends_with(R"("history":[{"at":"2026-01-28T15:07:55Z","status":"open","by":null,"comment":null},)"
                              R"({"at":"2026-01-28T15:08:00Z","status":"closed","by":null,"comment":null}]})"));
    BOOST_TEST(ask("GET", "/api/monitoring/incidents/3").status == 404U);
    BOOST_TEST(ask("GET", "/api/monitoring/incidents/x").status == 400U);
}

BOOST_AUTO_TEST_CASE(broker_facts) {
    admin.statistics.clients_total = 5;
    admin.statistics.clients_connected = 2;
    admin.statistics.uptime = std::chrono::seconds(61);
    const auto version = ask("GET", "/api/v1/version");
    BOOST_TEST(version.body == "0.1.0");
    BOOST_TEST(version.content_type == "text/plain; charset=utf-8");
    const auto tree = ask("GET", "/api/v1/systree").body;
    BOOST_TEST(tree.find(R"({"$SYS/broker/uptime":61,)") == 0U);
    BOOST_TEST(tree.find(R"("$SYS/broker/clients/disconnected":3)") != std::string::npos);
    BOOST_TEST(
        ask("GET", "/api/v1/listeners").body ==
        R"({"listeners":[{"port":1883,"protocol":"websockets","tls":false,"mtls":false,"allow_anonymous":true}]})");
}

BOOST_AUTO_TEST_CASE(other_paths_and_methods) {
    const auto wrong = ask("POST", "/api/monitoring/measurements");
    BOOST_TEST(wrong.status == 405U);
    BOOST_TEST(field(wrong, "Allow") == "GET, HEAD");
    BOOST_TEST(field(ask("GET", "/publish"), "Allow") == "POST");
    BOOST_TEST(ask("GET", "/api/nothing").status == 404U);
    BOOST_TEST(ask("POST", "/nothing").status == 404U);
    BOOST_TEST(ask("HEAD", "/api/v1/version").status == 200U);
    const auto methods = ask("OPTIONS", "/publish");
    BOOST_TEST(methods.status == 204U);
    BOOST_TEST(field(methods, "Allow") == "POST, OPTIONS");
    admin.plugin_pages["GET /api/v1/rejected"] = "[]";
    BOOST_TEST(ask("GET", "/api/v1/rejected").body == "[]");
    BOOST_TEST(ask("HEAD", "/api/v1/rejected").status == 200U);
    admin.plugin_pages["POST /api/monitoring/incidents"] = "{}"; // a plugin may add a method
    BOOST_TEST(ask("POST", "/api/monitoring/incidents").status == 200U);
}

BOOST_AUTO_TEST_CASE(a_store_that_cannot_read) {
    measurements.broken = true;
    const auto answer = ask("GET", "/api/monitoring/measurements");
    BOOST_TEST(answer.status == 500U);
    BOOST_TEST(answer.body.find(R"({"error":"internal")") == 0U);
}

BOOST_AUTO_TEST_CASE(other_sites_and_names) {
    auto what = make("GET", "/api/v1/version");
    what.origin = "http://evil.example";
    BOOST_TEST(ask(what).status == 403U);
    what.origin = "http://localhost:9001";
    BOOST_TEST(ask(what).status == 200U);
    BOOST_TEST(field(ask(what), "Access-Control-Allow-Origin") == "");
    conf.listeners[0].origins = {"http://grafana.example"};
    what.origin = "http://grafana.example";
    BOOST_TEST(field(ask(what), "Access-Control-Allow-Origin") == "http://grafana.example");
    what.origin.clear();
    what.host = "evil.example";
    BOOST_TEST(ask(what).status == 421U);
    auto write = make("POST", "/publish", R"({"topic":"a","msg":""})");
    write.fetch_site = "cross-site";
    BOOST_TEST(ask(write).status == 403U);
    BOOST_TEST(admin.published.empty());
}

BOOST_AUTO_TEST_CASE(no_anonymous_access) {
    admin.anonymous = false;
    const auto answer = ask("GET", "/api/v1/version");
    BOOST_TEST(answer.status == 401U);
    BOOST_TEST(field(answer, "WWW-Authenticate").find("Basic ") == 0U);
    BOOST_TEST(ask("POST", "/publish", R"({"topic":"a","msg":""})").body.ends_with(R"("code":11})"));
    admin.plugin_pages["GET /secret"] = "1";
    BOOST_TEST(ask("GET", "/secret").status == 401U);
    BOOST_TEST(admin.published.empty());
}

// Both values of a message have one time but for the microsecond between their ids, which may be the last of a
// millisecond; and two devices may be heard of in the same one.
BOOST_AUTO_TEST_CASE(the_old_dashboard_pairs_by_arrival) {
    for (const storage::sensor_id id : {11U, 13U}) {
        const auto topic = id == 11 ? "dht11/roof/data" : "dht11/cellar/data";
        sensors.rows.push_back({id, "t", "temperature", "", "", "dht11", topic, noon});
        sensors.rows.push_back({id + 1, "h", "humidity", "", "", "dht11", topic, noon});
        auto temperature = row(id, noon + 60'000, id), humidity = row(id + 1, noon + 60'000, id + 1);
        temperature.id += id == 11 ? 996 : 999;
        humidity.id = temperature.id + 1;
        measurements.rows.push_back(temperature);
        measurements.rows.push_back(humidity);
    }
    BOOST_TEST(ask("GET", "/latest").body.starts_with(R"({"temperature":13,"humidity":14,)"));
    const auto listed = ask("GET", "/api").body;
    BOOST_TEST(listed.find(R"("temp":13,"hum":14)") != std::string::npos, listed);
    BOOST_TEST(listed.find("null") == std::string::npos, listed);
}

BOOST_AUTO_TEST_SUITE_END()
