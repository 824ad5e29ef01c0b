// What a conf file says, as plain structs with defaults. Filled by the reader (reader.hpp), read by everybody
// else; immutable once the broker serves, so any thread may read it.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
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

// Who may come in and what they may do. Paths; empty: none.
struct security {
    std::string password_file, acl_file;
    origin password_where, acl_where;
};

enum class tls_version : std::uint8_t { v1_0, v1_1, v1_2, v1_3 };

// TLS of one listener. The reader refuses a listener with only a part of what it needs: none opens without TLS because
// of a forgotten line.
struct tls_options {
    std::string certfile, keyfile;       // PEM; the certificate with its chain
    std::string cafile, capath, crlfile; // who vouches for client certificates, and which are revoked
    std::string ciphers, ciphers_tls13;  // up to TLS 1.2, and for 1.3; empty: OpenSSL's
    tls_version minimum = tls_version::v1_2;
    bool require_certificate = false;      // of clients
    bool use_identity_as_username = false; // the certificate's common name
    bool use_subject_as_username = false;  // its whole subject, as RFC 2253 writes it
    bool ignore_client_dates = false;      // disable_client_cert_date_checks
    origin where;                          // of the first of these options
    bool given = false;                    // any of them

    bool names_users() const { return use_identity_as_username || use_subject_as_username; }
};

enum class listener_protocol { mqtt, websockets, http_api };
enum class socket_domain { any, ipv4, ipv6 };

// One `listener` line and the options below it.
struct listener {
    std::uint16_t port = 1883;                         // 0: `unix_path` is where it listens
    std::string unix_path;                             // of a unix domain socket
    std::optional<unsigned> unix_mode;                 // its rights; unset: what the umask leaves
    std::string bind_address;                          // empty: every interface; otherwise a host name or address
    std::optional<std::vector<std::string>> addresses; // of bind_address, if net::resolve() has asked for them
    std::string bind_interface;                        // only this one; its device name
    listener_protocol protocol = listener_protocol::mqtt;
    socket_domain domain = socket_domain::any;
    std::optional<bool> allow_anonymous; // listener_allow_anonymous; unset: the global option decides
    int max_connections = -1;            // -1: no limit
    std::uint8_t proxy_protocol = 0;     // each connection begins with a PROXY header of this version; 0: it does not
    bool proxy_requires_tls = false;     // the client's connection to the proxy
    unsigned protocol_versions = 0x38;   // bit n: protocol level n may come in
    std::uint8_t max_qos = 2;            // of what clients publish, and of what they are granted
    std::string mount_point;             // stands before every topic of its clients, who do not see it
    bool use_username_as_clientid = false;
    std::optional<std::string> auto_id_prefix;      // unset: the global one
    std::optional<bool> allow_zero_length_clientid; // with per_listener_settings; unset: the global one
    std::string http_dir;                           // empty: the built-in page
    std::vector<std::string> origins; // websockets_origin and http_origin; empty: the listener's own origin
    config::security security;        // with per_listener_settings; otherwise the configuration's counts
    unsigned realm = 0;               // its place among the listeners, from 1: plugins tell them apart by it
    tls_options tls;
    bool closed = false;   // a reload has taken it away: nobody is served any more
    bool optional = false; // a default for an address family that this host may not have
    origin where;

    // As log lines name it: "port 1883", "/run/nightjar.sock".
    std::string name() const { return unix_path.empty() ? "port " + std::to_string(port) : unix_path; }
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

enum class log_format { text, json };

struct logging {
    std::vector<log_destination> destinations; // empty: `log_dest none`
    std::uint32_t levels = 0;                  // bit 1 << log_level
    log_format format = log_format::text;
    bool timestamp = true;        // of the text format; JSON lines always have their time
    std::string timestamp_format; // strftime; empty: epoch seconds
    int facility = 3;             // syslog number; 3 is daemon
    bool connection_messages = true;
};

struct configuration {
    std::vector<listener> listeners; // never empty after load()
    std::vector<plugin> plugins;
    logging log;

    bool per_listener_settings = false;
    config::security security;
    bool acl_deny_subscribe = false; // SUBACK says failure for what may not be read; mosquitto is silent
    bool allow_anonymous = false;
    bool local_only = false; // no listener was configured: loopback defaults are in use

    bool persistence = false;         // sessions, their queues and retained messages survive the process
    std::string persistence_location; // directory, with a final '/'
    bool acknowledge_before_stored = false;
    enum class damaged_store { stop, empty, backup } on_damaged_store = damaged_store::empty;
    std::string backup_file; // of damaged_store::backup
    origin backup_where;
    std::optional<std::chrono::seconds> persistent_client_expiration;

    // Limits. 0 means "no limit" where mosquitto says so.
    std::uint32_t max_inflight_messages = 20; // 0: 65535
    std::uint32_t max_queued_messages = 1000;
    std::uint64_t max_queued_bytes = 0;
    std::uint32_t max_packet_size = 2'000'000; // bytes, whole packet; 0: the protocol's 268,435,460
    std::uint32_t message_size_limit = 0;      // bytes of payload
    std::uint16_t max_keepalive = 0;
    int global_max_connections = -1;
    std::uint64_t memory_limit = 0;      // bytes of heap; 0: none
    int global_max_clients = -1;         // sessions, of clients that are away too
    std::uint32_t http_head_limit = 0;   // bytes of an HTTP request's head; 0: 8192
    std::uint32_t http_request_rate = 0; // requests a second of one address, files not counted; 0: no limit
    bool queue_qos0_messages = false;
    bool retain_available = true;
    bool allow_zero_length_clientid = true;
    std::string auto_id_prefix = "auto-";
    std::string clientid_prefix; // what client ids have to begin with; clientid_prefixes
    bool set_tcp_nodelay = true; // mosquitto: false; batching is ours, Nagle only adds delay

    bool presence_events = false;    // who comes and goes, on $SYS
    std::uint16_t sys_interval = 10; // seconds between two publications on $SYS; 0: none

    std::uint32_t measurements_keep_days = 0; // then they go; 0: never
    std::uint32_t hours_keep_days = 0;        // the summaries of their hours

    int worker_threads = 0; // 0: one per core but one, which is the store's; at least one
    std::string user;       // root becomes this user after binding; empty: nightjar, mosquitto or nobody
    std::string pid_file;

    std::map<std::string, origin, std::less<>> given; // the options of the files by name, and where each stood last
};

// Its TLS options are about the connection between client and proxy: there is no certificate of its own.
inline bool tls_at_the_proxy(const listener& l) {
    const auto& t = l.tls;
    const bool files = !(t.certfile + t.keyfile + t.cafile + t.capath + t.crlfile).empty();
    return l.proxy_protocol == 2 && t.require_certificate && !files;
}
// It speaks TLS itself.
inline bool speaks_tls(const listener& l) { return l.tls.given && !tls_at_the_proxy(l); }

// Whom root becomes: what find(name) gives for the option `user`, or without it for the first of these that there is.
template <typename Find>
auto first_user(const std::string& wanted, Find find) -> decltype(find(wanted)) {
    if (!wanted.empty()) return find(wanted);
    for (const char* name : {"nightjar", "mosquitto", "nobody"})
        if (auto found = find(name)) return found;
    return {};
}

inline const security& security_of(const configuration& conf, const listener& l) {
    return conf.per_listener_settings ? l.security : conf.security;
}

} // namespace nightjar::config
