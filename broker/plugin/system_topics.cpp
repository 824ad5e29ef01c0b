#include "broker/plugin/system_topics.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace nightjar::plugin {

namespace {

using s = statistics;

constexpr system_topic mosquittos[] = {
    {"clients/total", {}, [](const s& now) { return now.clients_total; }},
    {"clients/maximum", {}, [](const s& now) { return now.clients_maximum; }},
    {"clients/disconnected", "clients/inactive", [](const s& now) { return now.clients_disconnected(); }},
    {"clients/connected", "clients/active", [](const s& now) { return now.clients_connected; }},
    {"clients/expired", {}, [](const s& now) { return now.clients_expired; }},
    {"messages/stored", "store/messages/count", [](const s& now) { return now.retained + now.waiting; }},
    {"store/messages/bytes", {}, [](const s& now) { return now.retained_bytes + now.waiting_bytes; }},
    {"subscriptions/count", {}, [](const s& now) { return now.subscriptions; }},
    {"shared_subscriptions/count", {}, [](const s&) { return std::uint64_t{0}; }}, // there are none yet
    {"retained messages/count", {}, [](const s& now) { return now.retained; }},
    {"heap/current", {}, [](const s& now) { return now.memory_bytes; }},
    {"heap/maximum", {}, [](const s& now) { return now.memory_maximum; }},
    {"messages/received", {}, [](const s& now) { return now.messages_received; }},
    {"messages/sent", {}, [](const s& now) { return now.messages_sent; }},
    {"bytes/received", {}, [](const s& now) { return now.bytes_received; }},
    {"bytes/sent", {}, [](const s& now) { return now.bytes_sent; }},
    {"publish/bytes/received", {}, [](const s& now) { return now.publish_bytes_received; }},
    {"publish/bytes/sent", {}, [](const s& now) { return now.publish_bytes_sent; }},
    {"packet/out/count", {}, [](const s& now) { return now.backlog_packets; }},
    {"packet/out/bytes", {}, [](const s& now) { return now.backlog_bytes; }},
    {"connections/socket/count", {}, [](const s& now) { return now.connections_accepted; }},
    // Like mosquitto: at a limit. What a client misses because it is away, or may not have, is under dropped/.
    {"publish/messages/dropped", {}, [](const s& now) { return now.dropped.at_limits(); }},
    {"publish/messages/received", {}, [](const s& now) { return now.publish_received; }},
    {"publish/messages/sent", {}, [](const s& now) { return now.publish_sent; }},
};

template <std::size_t... I>
constexpr std::array<system_topic, sizeof...(I)> drop_topics(std::index_sequence<I...>) {
    return {system_topic{drop_rows[I].topic, {}, [](const s& now) { return now.dropped.by_reason[I]; }}...};
}

constexpr system_topic store_topics[] = {
    {"log/dropped", {}, [](const s& now) { return now.log_lines_dropped; }},
    {"store/commits", {}, [](const s& now) { return now.store.commits; }},
    {"store/commits/failed", {}, [](const s& now) { return now.store.failed_commits; }},
    {"store/measurements", {}, [](const s& now) { return now.store.measurements; }},
    {"store/bytes/used", {}, [](const s& now) { return now.store.used_bytes; }},
    {"config/last_reload_successful", {}, [](const s& now) { return std::uint64_t{now.reload.successful}; }},
    {"config/last_reload_success_timestamp_seconds", {}, [](const s& now) { return now.reload_success_seconds(); }},
};

constexpr auto ours = [] {
    constexpr auto drops = drop_topics(std::make_index_sequence<drop_reasons>());
    std::array<system_topic, drops.size() + std::size(store_topics)> all{};
    std::copy(std::begin(store_topics), std::end(store_topics), std::copy(drops.begin(), drops.end(), all.begin()));
    return all;
}();

constexpr system_topic loads[] = {
    {"messages/received", {}, [](const s& now) { return now.messages_received; }},
    {"messages/sent", {}, [](const s& now) { return now.messages_sent; }},
    {"publish/dropped", {}, [](const s& now) { return now.dropped.at_limits(); }},
    {"publish/received", {}, [](const s& now) { return now.publish_received; }},
    {"publish/sent", {}, [](const s& now) { return now.publish_sent; }},
    {"bytes/received", {}, [](const s& now) { return now.bytes_received; }},
    {"bytes/sent", {}, [](const s& now) { return now.bytes_sent; }},
    {"sockets", {}, [](const s& now) { return now.connections_accepted; }},
    {"connections", {}, [](const s& now) { return now.connect_received; }},
};

} // namespace

std::span<const system_topic> mosquitto_topics() { return mosquittos; }
std::span<const system_topic> own_topics() { return ours; }
std::span<const system_topic> load_topics() { return loads; }

} // namespace nightjar::plugin
