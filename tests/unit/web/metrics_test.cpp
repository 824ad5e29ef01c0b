// GET /metrics and GET /api/v1/systree: what they say for given figures, and the form that Prometheus asks for.
#include "fakes.hpp"

#include <set>
#include <sstream>

#include <boost/test/unit_test.hpp>

using namespace nightjar;
using namespace nightjar::web;
using namespace nightjar::web::test;

namespace {

struct broker : fixture {
    broker() {
        auto& s = admin.statistics;
        s.started = std::chrono::system_clock::time_point(std::chrono::seconds(1'769'612'875));
        s.uptime = std::chrono::milliseconds(61'500);
        s.clients_connected = 2;
        s.clients_total = 5;
        s.messages_received = 10;
        s.bytes_received = 11;
        s.publish_bytes_received = 12;
        s.dropped.by_reason = {1, 20, 30, 100, 170, 4000, 5, 50000, 6};
        s.retained = 7;
        s.waiting = 3;
        s.store = {23, 24, 25, 26, 27};
        s.listeners = {{"127.0.0.1", 1883, "mqtt", 4}, {"", 9001, "websockets", 5}, {"", 9001, "websockets", 6}};
    }
    std::string metrics() { return ask("GET", "/metrics").body; }
};

bool has_line(const std::string& text, const std::string& line) {
    return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(metrics_, broker)

BOOST_AUTO_TEST_CASE(it_is_version_0_0_4) {
    const auto answer = ask("GET", "/metrics");
    BOOST_TEST(answer.status == 200U);
    BOOST_TEST(answer.content_type == "text/plain; version=0.0.4; charset=utf-8");
    BOOST_TEST(answer.body.ends_with("\n"));
    BOOST_TEST(ask("POST", "/metrics").status == 405U);
}

BOOST_AUTO_TEST_CASE(our_own_figures) {
    const auto text = metrics();
    for (const char* line : {
             "nightjar_build_info{version=\"0.1.0\"} 1",
             "nightjar_start_time_seconds 1769612875",
             "nightjar_uptime_seconds 61.5",
             "nightjar_clients_connected 2",
             "nightjar_sessions 5",
             "nightjar_packets_received_total 10",
             "nightjar_received_bytes_total 11",
             "nightjar_publish_received_bytes_total 12",
             "nightjar_publish_dropped_total{reason=\"output_full\"} 1",
             "nightjar_publish_dropped_total{reason=\"queue_full\"} 20",
             "nightjar_publish_dropped_total{reason=\"queue_bytes\"} 30",
             "nightjar_publish_dropped_total{reason=\"memory_full\"} 100",
             "nightjar_publish_dropped_total{reason=\"mailbox_full\"} 170",
             "nightjar_publish_dropped_total{reason=\"offline\"} 4000",
             "nightjar_publish_dropped_total{reason=\"session_ended\"} 5",
             "nightjar_publish_dropped_total{reason=\"denied\"} 50000",
             "nightjar_publish_dropped_total{reason=\"too_large\"} 6",
             "nightjar_store_commits_total 23",
             "nightjar_store_commits_failed_total 24",
             "nightjar_store_measurements_total 25",
             "nightjar_store_used_bytes 26",
             "nightjar_store_map_bytes 27",
             "process_start_time_seconds 1769612875",
         })
        BOOST_TEST(has_line(text, line), line);
    BOOST_TEST(text.find("\nprocess_resident_memory_bytes 0\n") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(listeners_with_the_same_words_are_one) {
    const auto text = metrics();
    BOOST_TEST(has_line(text, R"(nightjar_listener_connections{address="127.0.0.1",port="1883",protocol="mqtt"} 4)"));
    BOOST_TEST(has_line(text, R"(nightjar_listener_connections{address="",port="9001",protocol="websockets"} 11)"));
}

BOOST_AUTO_TEST_CASE(the_names_of_mosquittos_exporters) {
    admin.retained_messages = {{"$SYS/broker/load/messages/received/1min", "92.11"},
                               {"$SYS/broker/clients/connected", "99"},
                               {"$SYS/broker/version", "nightjar version 0.1.0"}};
    const auto text = metrics();
    for (const char* line : {"broker_uptime 61", "broker_clients_connected 2", "broker_clients_total 5",
                             "broker_publish_messages_dropped 321", "broker_retained_messages_count 7",
                             "broker_messages_stored 10", "broker_store_messages_count 10",
                             "broker_load_messages_received_1min 92.11", "broker_connections_socket_count 0"})
        BOOST_TEST(has_line(text, line), line);
    BOOST_TEST(text.find("broker_version") == std::string::npos);
    BOOST_TEST(text.find("broker_clients_active") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(without_published_loads_there_are_none) {
    BOOST_TEST(metrics().find("broker_load") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_plugin_adds_its_part) {
    admin.plugin_pages["GET /metrics"] = "# HELP x X.\n# TYPE x gauge\nx 1\n";
    BOOST_TEST(has_line(metrics(), "x 1"));
}

BOOST_AUTO_TEST_CASE(every_family_comes_once_with_help_and_type_before_its_samples) {
    std::istringstream lines(metrics());
    std::set<std::string> families, samples;
    std::string family, type;
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        std::string hash, keyword, name;
        if (line.starts_with("# HELP ")) {
            words >> hash >> keyword >> family;
            BOOST_TEST(families.insert(family).second, family << " comes twice");
            std::string help;
            std::getline(words, help);
            BOOST_TEST(help.size() > 5U, line);
        } else if (line.starts_with("# TYPE ")) {
            words >> hash >> keyword >> name >> type;
            BOOST_TEST(name == family);
            if (type != "untyped") BOOST_TEST((type == "counter") == name.ends_with("_total"), line);
        } else {
            const auto space = line.rfind(' ');
            BOOST_TEST(samples.insert(line.substr(0, space)).second, line << " comes twice");
            BOOST_TEST(line.substr(0, line.find_first_of("{ ")) == family, line);
        }
    }
    BOOST_TEST(families.size() > 60U);
}

BOOST_AUTO_TEST_CASE(who_may_not_read_may_not_read_this) {
    admin.anonymous = false;
    BOOST_TEST(ask("GET", "/metrics").status == 401U);
}

BOOST_AUTO_TEST_CASE(the_systree_has_all_whole_numbers) {
    const auto tree = ask("GET", "/api/v1/systree").body;
    BOOST_TEST(tree.starts_with(R"({"$SYS/broker/uptime":61,)"));
    for (const char* pair :
         {R"("$SYS/broker/clients/inactive":3)", R"("$SYS/broker/store/messages/count":10)",
          R"("$SYS/broker/retained messages/count":7)", R"("$SYS/broker/publish/messages/dropped":321)",
          R"("$SYS/broker/shared_subscriptions/count":0)", R"("$SYS/broker/dropped/offline":4000)",
          R"("$SYS/broker/store/commits/failed":24)"})
        BOOST_TEST(tree.find(pair) != std::string::npos, pair);
    BOOST_TEST(tree.find("/load/") == std::string::npos);
    BOOST_TEST(tree.find("version") == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
