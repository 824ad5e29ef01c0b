// What the broker knows of one client id, connected or away, and how to ask for many of them. Plain copies, made by the
// worker that has the session; whoever holds one may be on any thread.
#pragma once

#include "broker/codec/types.hpp"
#include "broker/plugin/drop_reason.hpp"
#include "broker/plugin/list_position.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace nightjar::plugin {

// What went over a connection. Messages are PUBLISHes, bytes are all of MQTT.
struct client_traffic {
    std::uint64_t messages_received = 0, messages_sent = 0, bytes_received = 0, bytes_sent = 0;
};

// A connection that a client has, or had.
struct connection_record {
    std::string address;        // "127.0.0.1", "unix:1000"
    std::uint16_t port = 0;     // 0: it has none
    std::string listener;       // "1883", "/run/nightjar.sock"
    std::string_view transport; // "tcp", "tls", "ws", "wss"
    std::uint16_t keep_alive = 0;
    std::int64_t connected_ms = 0, last_packet_ms = 0; // wall clock, since 1970
    client_traffic traffic;
};
struct past_connection {
    connection_record connection;
    std::string_view reason;   // why it ended; static text
    std::int64_t ended_ms = 0; // wall clock, since 1970
};

struct client_record {
    std::string client_id, user_name; // no name: empty
    std::uint64_t session = 0;        // its number, of no other session while the process lives
    bool connected = false;
    bool clean_start = true;
    std::optional<std::uint64_t> expiry; // seconds that it stays when the client is away; nothing: for ever
    codec::protocol_version version = codec::protocol_version::v3_1_1;
    std::optional<connection_record> connection;  // of one that is away the last; nothing: the last process had it
    std::optional<std::int64_t> disconnected_ms;  // it is away; wall clock
    std::optional<std::string> disconnect_reason; // if that is known

    std::size_t subscriptions = 0;
    std::size_t inflight_out = 0, inflight_in = 0; // QoS 1 and 2, not acknowledged to the end
    std::size_t queued = 0, queued_bytes = 0;      // waiting in the session
    std::size_t output_bytes = 0;                  // written, not yet taken by its socket
    drop_counts dropped;                           // since the session began, or the process
};

struct client_query {
    std::optional<bool> connected;
    std::string prefix, search; // of the client id: its beginning, a part of it; empty: any
    std::optional<std::string> user_name, address;
    std::optional<list_position> after; // the end of the last page; its number is the session's
    std::size_t limit = 1000;
    bool descending = false;
};

// Of one worker, in order.
struct client_page {
    std::vector<client_record> rows;
    bool more = false; // there may be others behind the last row
};

struct client_details {
    client_record client;
    std::vector<std::pair<std::string, codec::qos>> subscriptions; // by filter; the first of them if there are many
};

// Which client: by its id, or by its session's number, where an id is too long for a URL.
struct client_key {
    std::string client_id;
    std::optional<std::uint64_t> session;
};

enum class kick_result : std::uint8_t {
    done,           // and what was to go is off the disk
    unknown,        // there is no such session
    not_connected,  // and the session was to stay
    storage_failed, // the session is gone from memory; the disk may bring it back
};

} // namespace nightjar::plugin
