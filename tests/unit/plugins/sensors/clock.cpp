// The device's own time holds within plugin_opt_max_clock_skew, else that of arrival (feature A-34, section 7 row 6).
#include "tests/unit/plugins/sensors/fixture.hpp"

using namespace nightjar;
using namespace nightjar::plugins::sensors;
using namespace nightjar::plugins::sensors::test;

namespace {

// The time stored for a value whose device says `offset_ms` from now.
std::int64_t stored_offset(test::broker& b, std::int64_t offset_ms) {
    b.publish("dht11/sensor/data", R"({"temperature":25,"timestamp":)" + std::to_string(noon_ms + offset_ms) + "}");
    b.commit();
    b.first.now_ms += 1000;
    return b.store->measurements().last(100'001)->time_ms() - b.first.now_ms + 1000;
}

std::string clock_count(const test::broker& b) {
    const auto page = b.page("/api/v1/ingest/rejected");
    const auto at = page.find("\"bad_clock\":");
    return at == std::string::npos ? "0" : page.substr(at + 12, 1);
}

} // namespace

BOOST_AUTO_TEST_SUITE(clock_)

BOOST_AUTO_TEST_CASE(without_a_timestamp_arrival_counts) {
    test::broker b;
    b.publish("iot/hall/temp", "20");
    BOOST_REQUIRE(b.first.rows.measurements.size() == 1U);
    BOOST_TEST(b.first.rows.measurements[0].arrival_us == noon_ms * 1000);
    BOOST_TEST(b.first.rows.measurements[0].event_offset_ms == 0);
    BOOST_TEST(clock_count(b) == "0");
}

BOOST_AUTO_TEST_CASE(a_day_either_way_is_believed) {
    for (const std::int64_t offset : {86'400'000, -86'400'000, 1, -1}) {
        test::broker b;
        BOOST_TEST(stored_offset(b, offset) == offset);
        BOOST_TEST(clock_count(b) == "0");
    }
}

BOOST_AUTO_TEST_CASE(more_than_a_day_is_not) {
    for (const std::int64_t offset : {86'400'001, -86'400'001, 1'000'000'000}) {
        test::broker b;
        BOOST_TEST(stored_offset(b, offset) == 0);
        BOOST_TEST(clock_count(b) == "1");
    }
}

BOOST_AUTO_TEST_CASE(the_limit_is_an_option) {
    test::broker minute({{"max_clock_skew", "60"}});
    BOOST_TEST(stored_offset(minute, 60'000) == 60'000);
    minute.first.now_ms = noon_ms + 10'000;
    minute.publish("dht11/sensor/data", R"({"temperature":25,"timestamp":)" + std::to_string(noon_ms + 70'001) + "}");
    BOOST_TEST(minute.first.rows.measurements.at(0).event_offset_ms == 0);
    BOOST_TEST(clock_count(minute) == "1");
    test::broker none({{"max_clock_skew", "0"}});
    BOOST_TEST(stored_offset(none, 1) == 0);
}

BOOST_AUTO_TEST_CASE(a_device_without_a_clock_says_1970) {
    test::broker b;
    for (const char* time : {"0", "12", "\"1970-01-01T00:00:12Z\""}) {
        b.first.rows = {};
        b.publish("iot/measurements", std::string(R"({"sensor_id":3,"value":1,"timestamp":)") + time + "}");
        BOOST_REQUIRE(b.first.rows.measurements.size() == 1U);
        BOOST_TEST(b.first.rows.measurements[0].event_offset_ms == 0);
    }
    BOOST_TEST(clock_count(b) == "3");
}

BOOST_AUTO_TEST_CASE(the_ends_of_time) {
    test::broker b;
    for (const char* time :
         {"999999999999999", "-999999999999999", "\"9999-12-31T23:59:59Z\"", "\"0000-01-01T00:00:00Z\""}) {
        b.first.rows = {};
        b.publish("iot/measurements", std::string(R"({"sensor_id":3,"value":1,"timestamp":)") + time + "}");
        BOOST_REQUIRE(b.first.rows.measurements.size() == 1U);
        BOOST_TEST(b.first.rows.measurements[0].event_offset_ms == 0);
    }
}

BOOST_AUTO_TEST_SUITE_END()
