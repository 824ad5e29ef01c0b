// What the broker has counted, summed over its workers at about the same moment: the one source of $SYS, /metrics and
// REST. A plain copy; whoever holds it may be on any thread.
#pragma once

#include "broker/plugin/drop_reason.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace nightjar::plugin {

struct statistics {
    std::chrono::system_clock::time_point started{}; // by the clock of that time
    std::chrono::milliseconds uptime{0};             // a steady clock's

    // Clients are sessions, connected or not. The maximum is of those moments at which somebody asked.
    std::uint64_t clients_connected = 0, clients_total = 0, clients_maximum = 0, clients_expired = 0;
    std::uint64_t connections_accepted = 0, connect_received = 0, connects = 0; // connects: those let in

    std::uint64_t messages_received = 0, messages_sent = 0; // packets of any type
    std::uint64_t bytes_received = 0, bytes_sent = 0;
    std::uint64_t publish_received = 0, publish_sent = 0;
    std::uint64_t publish_bytes_received = 0, publish_bytes_sent = 0; // of payload

    drop_counts dropped;
    std::uint64_t plugin_errors = 0;
    std::uint64_t log_lines_dropped = 0; // that log_dest topic did not publish

    std::uint64_t subscriptions = 0;
    std::uint64_t retained = 0, retained_bytes = 0;       // bytes of payload
    std::uint64_t waiting = 0, waiting_bytes = 0;         // queued or in flight, for each client it is for; of payload
    std::uint64_t backlog_packets = 0, backlog_bytes = 0; // that clients have not yet taken from us

    struct store_figures {
        std::uint64_t commits = 0, failed_commits = 0, measurements = 0; // since the start
        std::uint64_t used_bytes = 0, map_bytes = 0;
    } store;

    struct reload_outcome { // the start counts as one
        bool successful = true;
        std::chrono::system_clock::time_point last_success{};
    } reload;

    std::uint64_t memory_bytes = 0, memory_maximum = 0; // resident, without files that are mapped

    struct listener_figures {
        std::string address; // as configured; empty: all
        std::uint16_t port = 0;
        std::string_view protocol; // "mqtt", "websockets"
        std::uint64_t connections = 0;
    };
    std::vector<listener_figures> listeners; // that MQTT comes in by, in the order of the configuration

    std::uint64_t uptime_seconds() const {
        return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(uptime).count());
    }
    std::uint64_t reload_success_seconds() const { // since 1970
        const auto when = reload.last_success.time_since_epoch();
        return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(when).count());
    }
    std::uint64_t clients_disconnected() const {
        return clients_total > clients_connected ? clients_total - clients_connected : 0; // not quite the same moment
    }
};

} // namespace nightjar::plugin
