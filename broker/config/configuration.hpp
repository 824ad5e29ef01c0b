// What a conf file says, as plain structs with defaults. Filled by the reader (reader.hpp), read by everybody
// else; immutable once the broker serves, so any thread may read it.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace nightjar::config {

// Where an option was given, for messages: "file:line". An empty file is a built-in default or the command line.
struct origin {
    std::string file;
    int line = 0;
};

enum class listener_protocol { mqtt, websockets, http_api };
enum class socket_domain { any, ipv4, ipv6 };

// One `listener` line and the options below it.
struct listener {
    std::uint16_t port = 1883;
    std::string bind_address; // empty: every interface; otherwise a host name or address
    listener_protocol protocol = listener_protocol::mqtt;
    socket_domain domain = socket_domain::any;
    std::optional<bool> allow_anonymous; // listener_allow_anonymous; unset: the global option decides
    int max_connections = -1;            // -1: no limit
    std::string http_dir;                // empty: the built-in page
    std::vector<std::string> origins;    // websockets_origin and http_origin; empty: the listener's own origin
    bool optional = false;               // a default for an address family that this host may not have
    origin where;
};

// `plugin_opt_KEY VALUE`, in file order; several lines with one key are a list.
struct plugin_option {
    std::string key; // without "plugin_opt_"
    std::string value;
    origin where;
};

struct plugin {
    std::string name; // "builtin:sensors"
    std::vector<plugin_option> options;
    origin where;
};

enum class log_level : std::uint8_t { error, warning, notice, information, debug, subscribe, unsubscribe, websockets };

enum class log_destination_kind { standard_error, standard_output, file, syslog, topic };
struct log_destination {
    log_destination_kind kind = log_destination_kind::standard_error;
    std::string path; // of kind file
};

struct logging {
    std::vector<log_destination> destinations; // empty: `log_dest none`
    std::uint32_t levels = 0;                  // bit 1 << log_level
    bool timestamp = true;
    std::string timestamp_format; // strftime; empty: epoch seconds
    int facility = 3;             // syslog number; 3 is daemon
    bool connection_messages = true;
};

struct configuration {
    std::vector<listener> listeners; // never empty after load()
    std::vector<plugin> plugins;
    logging log;

    bool allow_anonymous = false;
    bool local_only = false; // no listener was configured: loopback defaults are in use

    bool persistence = false;         // sessions, their queues and retained messages survive the process
    std::string persistence_location; // directory, with a final '/'
    bool acknowledge_before_stored = false;
    enum class damaged_store { stop, empty, backup } on_damaged_store = damaged_store::empty;
    std::string backup_file; // of damaged_store::backup
    std::optional<std::chrono::seconds> persistent_client_expiration;

    // Limits. 0 means "no limit" where mosquitto says so.
    std::uint32_t max_inflight_messages = 20; // 0: 65535
    std::uint32_t max_queued_messages = 1000;
    std::uint64_t max_queued_bytes = 0;
    std::uint32_t max_packet_size = 2'000'000; // bytes, whole packet; 0: the protocol's 268,435,460
    std::uint32_t message_size_limit = 0;      // bytes of payload
    std::uint16_t max_keepalive = 0;
    int global_max_connections = -1;
    bool queue_qos0_messages = false;
    bool retain_available = true;
    bool allow_zero_length_clientid = true;
    std::string auto_id_prefix = "auto-";
    bool set_tcp_nodelay = true; // mosquitto: false; batching is ours, Nagle only adds delay

    int worker_threads = 0; // 0: one per core
    std::string user;       // drop root to this user after binding; empty: stay
    std::string pid_file;
};

} // namespace nightjar::config
