// Every name is there from the start, mosquitto's to the letter, and says what was counted.
#include "tests/unit/plugins/sys_topics/fixture.hpp"

using namespace nightjar;
using namespace nightjar::plugins::sys_topics::test;

namespace {

// shared/mosquitto-compat.md, section 1
constexpr const char* mosquittos[] = {
    "version",
    "uptime",
    "clients/total",
    "clients/maximum",
    "clients/disconnected",
    "clients/inactive",
    "clients/connected",
    "clients/active",
    "clients/expired",
    "messages/stored",
    "store/messages/count",
    "store/messages/bytes",
    "subscriptions/count",
    "shared_subscriptions/count",
    "retained messages/count",
    "heap/current",
    "heap/maximum",
    "messages/received",
    "messages/sent",
    "bytes/received",
    "bytes/sent",
    "publish/bytes/received",
    "publish/bytes/sent",
    "publish/messages/received",
    "publish/messages/sent",
    "publish/messages/dropped",
    "packet/out/count",
    "packet/out/bytes",
    "connections/socket/count",
};
constexpr const char* loads[] = {"messages/received", "messages/sent",   "publish/received",
                                 "publish/sent",      "publish/dropped", "bytes/received",
                                 "bytes/sent",        "sockets",         "connections"};
constexpr const char* ours[] = {"dropped/output_full",
                                "dropped/queue_full",
                                "dropped/queue_bytes",
                                "dropped/memory_full",
                                "dropped/mailbox_full",
                                "dropped/offline",
                                "dropped/session_ended",
                                "dropped/denied",
                                "dropped/too_large",
                                "log/dropped",
                                "store/commits",
                                "store/commits/failed",
                                "store/measurements",
                                "store/bytes/used",
                                "config/last_reload_successful",
                                "config/last_reload_success_timestamp_seconds"};

plugin::statistics all_different() {
    plugin::statistics s;
    s.clients_connected = 2;
    s.clients_total = 5;
    s.clients_maximum = 6;
    s.clients_expired = 7;
    s.connections_accepted = 8;
    s.messages_received = 10;
    s.messages_sent = 11;
    s.bytes_received = 12;
    s.bytes_sent = 13;
    s.publish_received = 14;
    s.publish_sent = 15;
    s.publish_bytes_received = 16;
    s.publish_bytes_sent = 17;
    s.dropped.by_reason = {100, 190, 10, 50, 250, 400, 60, 500, 80};
    s.subscriptions = 18;
    s.retained = 20;
    s.retained_bytes = 1000;
    s.waiting = 3;
    s.waiting_bytes = 30;
    s.backlog_packets = 21;
    s.backlog_bytes = 22;
    s.store = {23, 24, 25, 26, 27};
    s.memory_bytes = 28;
    s.memory_maximum = 29;
    return s;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(sys_topics_names, fixture)

BOOST_AUTO_TEST_CASE(all_names_are_published_at_the_start_and_no_others) {
    auto said = take();
    for (const char* name : mosquittos) BOOST_TEST(said.erase(name) == 1U, name);
    for (const std::string name : loads) {
        for (const char* window : {"/1min", "/5min", "/15min"}) {
            BOOST_TEST(said["load/" + name + window] == "0.00");
            said.erase("load/" + name + window);
        }
        BOOST_TEST(said["rate/" + name] == "0.00");
        said.erase("rate/" + name);
    }
    for (const char* name : ours) BOOST_TEST(said.erase(name) == 1U, name);
    for (const auto& [name, text] : said) BOOST_ERROR(name << " is not on the page");
}

BOOST_AUTO_TEST_CASE(version_and_uptime_are_sentences) {
    const auto said = take();
    BOOST_TEST(said.at("version") == "nightjar version 1.2.3");
    BOOST_TEST(said.at("uptime") == "0 seconds");
    tick_after(61'999);
    BOOST_TEST(take().at("uptime") == "61 seconds");
}

BOOST_AUTO_TEST_CASE(every_name_says_its_own_number) {
    take();
    now = all_different();
    tick_after(10'000);
    const auto said = take();
    const std::pair<const char*, const char*> wanted[] = {
        {"clients/total", "5"},
        {"clients/maximum", "6"},
        {"clients/disconnected", "3"},
        {"clients/inactive", "3"},
        {"clients/connected", "2"},
        {"clients/active", "2"},
        {"clients/expired", "7"},
        {"messages/stored", "23"},
        {"store/messages/count", "23"},
        {"store/messages/bytes", "1030"},
        {"subscriptions/count", "18"},
        {"retained messages/count", "20"},
        {"heap/current", "28"},
        {"heap/maximum", "29"},
        {"messages/received", "10"},
        {"messages/sent", "11"},
        {"bytes/received", "12"},
        {"bytes/sent", "13"},
        {"publish/bytes/received", "16"},
        {"publish/bytes/sent", "17"},
        {"publish/messages/received", "14"},
        {"publish/messages/sent", "15"},
        {"publish/messages/dropped", "600"}, // at a limit
        {"packet/out/count", "21"},
        {"packet/out/bytes", "22"},
        {"connections/socket/count", "8"},
        {"dropped/output_full", "100"},
        {"dropped/queue_full", "190"},
        {"dropped/queue_bytes", "10"},
        {"dropped/memory_full", "50"},
        {"dropped/mailbox_full", "250"},
        {"dropped/offline", "400"},
        {"dropped/session_ended", "60"},
        {"dropped/denied", "500"},
        {"dropped/too_large", "80"},
        {"store/commits", "23"},
        {"store/commits/failed", "24"},
        {"store/measurements", "25"},
        {"store/bytes/used", "26"},
    };
    for (const auto& [name, value] : wanted) BOOST_TEST(said.at(name) == value, name);
    BOOST_TEST(!said.contains("shared_subscriptions/count")); // still 0
}

BOOST_AUTO_TEST_CASE(nothing_is_for_the_disk) {
    tick_after(10'000);
    BOOST_TEST(host.rows.empty());
}

BOOST_AUTO_TEST_CASE(other_workers_say_nothing) {
    const auto before = asked;
    fake_host second{1};
    plugin.start(second);
    second.now_ms += 60'000;
    plugin.on_tick(second);
    BOOST_TEST(second.sent.empty());
    BOOST_TEST(asked == before);
}

BOOST_AUTO_TEST_SUITE_END()
