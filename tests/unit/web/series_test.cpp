// Values in steps, and statistics: shapes, bounds, and what there is to say of no value or one (features D-13, D-14).
#include "fakes.hpp"

#include <boost/test/unit_test.hpp>

using namespace nightjar;
using namespace nightjar::web;
using namespace nightjar::web::test;

namespace {

constexpr std::int64_t noon = 1769612400000; // 2026-01-28T15:00:00Z

struct filled : fixture {
    filled() {
        sensors.rows = {{3, "light 3", "light", "V", "", "measurement", "iot/measurements", noon},
                        {9, "empty", "unknown", "", "", "measurement", "iot/measurements", noon}};
        for (int i = 0; i < 6; ++i) add(noon + i * 1000, i);
    }
    void add(std::int64_t ms, double value) {
        measurements.rows.push_back({static_cast<storage::measurement_id>(ms) * 1000, 3, 0, value});
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(series_, filled)

BOOST_AUTO_TEST_CASE(points) {
    const auto path = "/api/v1/series?sensor=3&from=2026-01-28T15:00:00Z&to=1769612405999&points=3";
    const auto got = ask("GET", path);
    BOOST_TEST(got.status == 200U);
    BOOST_TEST(got.body.starts_with(
        R"([{"t":1769612400999,"created_at":"2026-01-28T15:00:00.999Z","sensor":3,"value":0.5,"unit":"V",)"
        R"("min":0,"max":1,"count":2,"last_t":1769612401999},{"t":1769612402999,)"));
    BOOST_TEST(got.body.ends_with(R"("value":4.5,"unit":"V","min":4,"max":5,"count":2,"last_t":1769612405000}])"));
    BOOST_TEST(
        ask("GET", "/api/monitoring/sensors/3/measurements?from=2026-01-28T15:00:00Z&to=1769612405999&points=3").body ==
        got.body);
}

// A page goes on from `last_t`: what comes between the newest value and the middle of its step has to count.
BOOST_AUTO_TEST_CASE(a_step_is_known_until_its_newest_value) {
    const auto got = ask("GET", "/api/v1/series?sensor=3&from=1769612400000&to=1769612499999&points=1");
    BOOST_TEST(got.body.find(R"("t":1769612449999,)") != std::string::npos);
    BOOST_TEST(got.body.find(R"("last_t":1769612405000})") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(never_more_than_asked_for) {
    for (const char* points : {"1", "2", "3", "7", "500", "10000"}) {
        const auto all = ask("GET", std::string("/api/v1/series?sensor=3&points=") + points).body;
        const auto found = std::count(all.begin(), all.end(), '{');
        BOOST_TEST(found >= 1);
        BOOST_TEST(found <= std::stol(points));
    }
}

BOOST_AUTO_TEST_CASE(steps_without_values_are_left_out) {
    const auto got = ask("GET", "/api/v1/series?sensor=3&from=1769612404&to=1769612500&step=1");
    BOOST_TEST(std::count(got.body.begin(), got.body.end(), '{') == 2);
    BOOST_TEST(ask("GET", "/api/v1/series?sensor=9").body == "[]");
    BOOST_TEST(ask("GET", "/api/v1/series?sensor=3&from=9&to=8").body == "[]");
}

BOOST_AUTO_TEST_CASE(the_longest_and_the_shortest) {
    BOOST_TEST(ask("GET", "/api/v1/series?sensor=3&from=0&to=99999999999999&points=10000").status == 200U);
    BOOST_TEST(ask("GET", "/api/v1/series?sensor=3&from=1769612400000&to=1769612400001&points=10000").status == 200U);
}

BOOST_AUTO_TEST_CASE(bad_parameters) {
    for (const char* query : {"", "?sensor=x", "?sensor=3&points=0", "?sensor=3&points=10001", "?sensor=3&points=-1",
                              "?sensor=3&points=5&format=csv", "?sensor=3&step=0",
                              "?sensor=3&from=0&to=1769612500&step=1", "?sensor=3&from=yesterday", "?sensor=%zz"})
        BOOST_TEST(ask("GET", std::string("/api/v1/series") + query).status == 400U, query);
    BOOST_TEST(ask("GET", "/api/v1/series?sensor=4").status == 404U);
}

BOOST_AUTO_TEST_CASE(statistics_of_the_last_values) {
    const auto got = ask("GET", "/api/monitoring/sensors/3/stats?n=3");
    BOOST_TEST(got.body == R"({"sensor":3,"count":3,"mean":4,"moving_average":4,"min":3,"max":5,"stddev":1,)"
                           R"("from":"2026-01-28T15:00:03Z","to":"2026-01-28T15:00:05Z"})");
}

BOOST_AUTO_TEST_CASE(one_value_has_no_deviation) {
    const auto got = ask("GET", "/api/monitoring/sensors/3/stats?n=1").body;
    BOOST_TEST(got.find(R"("count":1,"mean":5,"moving_average":5,"min":5,"max":5,"stddev":null,)") !=
               std::string::npos);
}

BOOST_AUTO_TEST_CASE(no_value_is_no_error) {
    for (const char* path : {"/api/monitoring/sensors/9/stats", "/api/monitoring/sensors/9/stats?n=5",
                             "/api/monitoring/sensors/3/stats?window=1"}) {
        const auto got = ask("GET", path);
        BOOST_TEST(got.status == 200U);
        BOOST_TEST(
            got.body.find(R"("count":0,"mean":null,"moving_average":null,"min":null,"max":null,"stddev":null,)") !=
            std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(zero_is_a_value) {
    measurements.rows.clear();
    for (int i = 0; i < 4; ++i) add(noon + i, 0);
    BOOST_TEST(ask("GET", "/api/monitoring/sensors/3/stats?n=4")
                   .body.find(R"("count":4,"mean":0,"moving_average":0,"min":0,"max":0,"stddev":0,)") !=
               std::string::npos);
}

BOOST_AUTO_TEST_CASE(values_at_the_end_of_the_range) {
    measurements.rows.clear();
    add(noon, 1e308);
    add(noon + 1, -1e308);
    BOOST_TEST(ask("GET", "/api/monitoring/sensors/3/stats?n=2").body.find(R"("stddev":null)") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(bad_windows) {
    for (const char* query : {"?n=0", "?n=x", "?window=0", "?window=-1", "?window=1e9", "?n=100000"})
        BOOST_TEST(ask("GET", std::string("/api/monitoring/sensors/3/stats") + query).status == 400U, query);
    BOOST_TEST(ask("GET", "/api/monitoring/sensors/x/stats").status == 400U);
    BOOST_TEST(ask("GET", "/api/monitoring/sensors/77/stats").status == 404U);
}

BOOST_AUTO_TEST_SUITE_END()
