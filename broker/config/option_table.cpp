#include "broker/config/option_table.hpp"

#include "broker/config/values.hpp"

#include <algorithm>
#include <limits>
#include <vector>

namespace nightjar::config {

namespace {

using apply = std::function<void(reading&, std::string_view)>;

void wrong_value(reading& at, std::string_view name, std::string_view value, std::string_view wanted) {
    std::string text = "Invalid value \"";
    text.append(value).append("\" of ").append(name).append(": ").append(wanted).append(".");
    at.report(severity::error, std::move(text));
}

// --- handlers made from a member of the configuration

option flag(std::string_view name, bool configuration::*member) {
    return {name, support::works, {}, false, false, [name, member](reading& at, std::string_view value) {
                if (const auto v = parse_bool(value)) {
                    at.result.conf.*member = *v;
                } else {
                    wrong_value(at, name, value, "true or false is wanted");
                }
            }};
}

template <typename Integer>
option number(std::string_view name, Integer configuration::*member, std::int64_t least, std::int64_t most) {
    return {name, support::works, {}, false, false, [=](reading& at, std::string_view value) {
                const auto v = parse_integer(value);
                if (v && *v >= least && *v <= most) {
                    at.result.conf.*member = static_cast<Integer>(*v);
                } else {
                    wrong_value(at, name, value,
                                "a number from " + std::to_string(least) + " to " + std::to_string(most) +
                                    " is wanted");
                }
            }};
}

option text(std::string_view name, std::string configuration::*member) {
    return {name, support::works, {},
            true, false,          [member](reading& at, std::string_view value) { at.result.conf.*member = value; }};
}

option works(std::string_view name, apply how) { return {name, support::works, {}, false, false, std::move(how)}; }
option once(std::string_view name, apply how) { return {name, support::works, {}, true, false, std::move(how)}; }
option ignored(std::string_view name, std::string_view effect) {
    return {name, support::ignored, effect, false, false, {}};
}
option would_open(std::string_view name, std::string_view effect) {
    return {name, support::would_open, effect, false, false, {}};
}
option would_open_if(std::string_view name, std::string_view effect) {
    return {name, support::would_open, effect, false, true, {}};
}
option of_bridge(std::string_view name) { return ignored(name, "bridges are not supported yet"); }

// --- listeners

listener& default_listener(reading& at) {
    if (at.default_listener == nullptr) {
        at.default_listener = &at.add_listener();
        const auto where = at.default_listener->where;
        *at.default_listener = at.unplaced;
        at.default_listener->where = where;
    }
    return *at.default_listener;
}

// Only `listener`, `port` and `bind_address` make a listener: other options must not open the network.
listener& current_listener(reading& at) {
    if (at.current != nullptr) return *at.current;
    return at.default_listener != nullptr ? *at.default_listener : at.unplaced;
}

void apply_listener(reading& at, std::string_view value) {
    value = trim(value.substr(0, value.find('#'))); // here a comment may follow
    const auto port = parse_integer(value);
    if (port && *port == 0) return at.report(severity::error, "Unix socket listeners are not supported yet.");
    if (!port || *port < 1 || *port > 65'535)
        return wrong_value(at, "listener", value, "a port from 1 to 65535 is wanted");
    auto& made = at.add_listener();
    made.port = static_cast<std::uint16_t>(*port);
    made.bind_address = trim(value.substr(first_word(value).size()));
    at.current = &made;
}

void apply_port(reading& at, std::string_view value) {
    const auto port = parse_integer(value);
    if (!port || *port < 1 || *port > 65'535)
        return wrong_value(at, "port", value, "a number from 1 to 65535 is wanted");
    default_listener(at).port = static_cast<std::uint16_t>(*port);
}

void apply_protocol(reading& at, std::string_view value) {
    auto& l = current_listener(at);
    const auto word = first_word(value);
    if (word == "mqtt") {
        l.protocol = listener_protocol::mqtt;
    } else if (word == "websockets") {
        l.protocol = listener_protocol::websockets;
    } else if (word == "http_api") {
        l.protocol = listener_protocol::http_api;
    } else {
        wrong_value(at, "protocol", value, "mqtt, websockets or http_api is wanted");
    }
}

void apply_socket_domain(reading& at, std::string_view value) {
    auto& l = current_listener(at);
    if (first_word(value) == "ipv4") {
        l.domain = socket_domain::ipv4;
    } else if (first_word(value) == "ipv6") {
        l.domain = socket_domain::ipv6;
    } else {
        wrong_value(at, "socket_domain", value, "ipv4 or ipv6 is wanted");
    }
}

void apply_listener_anonymous(reading& at, std::string_view value) {
    if (const auto v = parse_bool(value)) {
        current_listener(at).allow_anonymous = *v;
    } else {
        wrong_value(at, "listener_allow_anonymous", value, "true or false is wanted");
    }
}

void apply_max_connections(reading& at, std::string_view value) {
    const auto v = parse_integer(value);
    if (!v || *v < -1 || *v > std::numeric_limits<int>::max())
        return wrong_value(at, "max_connections", value, "a number is wanted; -1: no limit");
    current_listener(at).max_connections = static_cast<int>(*v);
}

// --- TLS

// What a `false` asks for is what we do anyway: only other values say that the listener is meant to speak TLS.
tls_options& given_tls(reading& at) {
    auto& tls = current_listener(at).tls;
    if (!std::exchange(tls.given, true)) tls.where = at.where;
    return tls;
}

option tls_text(std::string_view name, std::string tls_options::*member) {
    return works(name, [member](reading& at, std::string_view value) { given_tls(at).*member = value; });
}

option tls_flag(std::string_view name, bool tls_options::*member) {
    return works(name, [name, member](reading& at, std::string_view value) {
        const auto v = parse_bool(value);
        if (!v) return wrong_value(at, name, value, "true or false is wanted");
        if (*v) given_tls(at);
        current_listener(at).tls.*member = *v;
    });
}

void apply_tls_version(reading& at, std::string_view value) {
    constexpr std::pair<std::string_view, tls_version> known[] = {
        {"tlsv1.3", tls_version::v1_3}, {"tlsv1.2", tls_version::v1_2}, {"tlsv1.1", tls_version::v1_1},
        {"tlsv1", tls_version::v1_0},   {"tlsv1.0", tls_version::v1_0},
    };
    const auto word = first_word(value);
    const auto* found =
        std::find_if(std::begin(known), std::end(known), [&](const auto& k) { return k.first == word; });
    if (found == std::end(known)) return wrong_value(at, "tls_version", value, "tlsv1.2 or tlsv1.3 is wanted");
    given_tls(at).minimum = found->second;
    if (found->second < tls_version::v1_2)
        at.report(severity::warning, "tls_version " + std::string(word) +
                                         " is insecure; OpenSSL refuses it unless ciphers ends with @SECLEVEL=0.");
}

void apply_tls_keyform(reading& at, std::string_view value) {
    if (first_word(value) != "pem") wrong_value(at, "tls_keyform", value, "only pem is possible");
}

// --- logging

struct log_name {
    std::string_view name;
    std::uint32_t levels;
};
constexpr std::uint32_t bit(log_level l) { return 1U << static_cast<unsigned>(l); }
constexpr std::uint32_t every_level = 0xFF;
constexpr log_name log_names[] = {
    {"error", bit(log_level::error)},
    {"warning", bit(log_level::warning)},
    {"notice", bit(log_level::notice)},
    {"information", bit(log_level::information)},
    {"debug", bit(log_level::debug)},
    {"subscribe", bit(log_level::subscribe)},
    {"unsubscribe", bit(log_level::unsubscribe)},
    {"websockets", bit(log_level::websockets)},
    {"internal", 0},
    {"all", every_level},
};

void apply_log_type(reading& at, std::string_view value) {
    auto& levels = at.result.conf.log.levels;
    if (!std::exchange(at.log_type_seen, true)) levels = 0; // the first line replaces the defaults
    const auto word = first_word(value);
    if (word == "none") {
        levels = 0;
        return;
    }
    const auto* found =
        std::find_if(std::begin(log_names), std::end(log_names), [&](const log_name& n) { return n.name == word; });
    if (found == std::end(log_names)) return wrong_value(at, "log_type", value, "unknown type");
    levels |= found->levels;
}

void apply_log_dest(reading& at, std::string_view value) {
    auto& list = at.result.conf.log.destinations;
    if (!std::exchange(at.log_dest_seen, true)) list.clear();
    const auto word = first_word(value);
    using kind = log_destination_kind;
    if (word == "none") {
        list.clear();
    } else if (word == "stderr") {
        list.push_back({kind::standard_error, {}});
    } else if (word == "stdout") {
        list.push_back({kind::standard_output, {}});
    } else if (word == "syslog") {
        list.push_back({kind::syslog, {}});
    } else if (word == "topic") {
        at.report(severity::warning, "log_dest topic is not supported yet; nothing is published on $SYS/broker/log.");
    } else if (word == "file") {
        const auto path = trim(value.substr(word.size()));
        if (path.empty()) return wrong_value(at, "log_dest", value, "a path must follow file");
        list.push_back({kind::file, std::string(path)});
    } else {
        wrong_value(at, "log_dest", value, "none, stdout, stderr, syslog, topic or file PATH is wanted");
    }
}

void apply_log_facility(reading& at, std::string_view value) {
    constexpr int local0 = 16;
    const auto v = parse_integer(value);
    if (!v || *v < 0 || *v > 7) return wrong_value(at, "log_facility", value, "0 to 7 (local0 to local7) is wanted");
    at.result.conf.log.facility = local0 + static_cast<int>(*v);
}

apply log_flag(std::string_view name, bool logging::*member) {
    return [name, member](reading& at, std::string_view value) {
        if (const auto v = parse_bool(value)) {
            at.result.conf.log.*member = *v;
        } else {
            wrong_value(at, name, value, "true or false is wanted");
        }
    };
}

// --- the rest

void apply_location(reading& at, std::string_view value) {
    at.result.conf.persistence_location = value;
    if (!value.ends_with('/')) at.result.conf.persistence_location += '/';
}

void apply_damaged_store(reading& at, std::string_view value) {
    using choice = configuration::damaged_store;
    auto& conf = at.result.conf;
    const auto word = first_word(value);
    const auto path = trim(value.substr(word.size()));
    if (word == "stop" && path.empty()) {
        conf.on_damaged_store = choice::stop;
    } else if (word == "empty" && path.empty()) {
        conf.on_damaged_store = choice::empty;
    } else if (word == "backup" && !path.empty()) {
        conf.on_damaged_store = choice::backup;
        conf.backup_file = path;
    } else {
        wrong_value(at, "on_damaged_store", value, "stop, empty or backup FILE is wanted");
    }
}

void apply_expiration(reading& at, std::string_view value) {
    if (const auto v = parse_duration(value)) {
        at.result.conf.persistent_client_expiration = *v;
    } else {
        wrong_value(at, "persistent_client_expiration", value, "a number with s, h, d, w, m or y is wanted");
    }
}

apply security_file(std::string_view name, std::string security::*path, origin security::*where) {
    return [=](reading& at, std::string_view value) {
        auto& conf = at.result.conf;
        auto& of = conf.per_listener_settings ? current_listener(at).security : conf.security;
        if (!(of.*path).empty())
            return at.report(severity::error, "Duplicate \"" + std::string(name) + "\" value in configuration.");
        of.*path = value;
        of.*where = at.where;
    };
}

void apply_per_listener(reading& at, std::string_view value) {
    const auto v = parse_bool(value);
    auto& conf = at.result.conf;
    if (!v) return wrong_value(at, "per_listener_settings", value, "true or false is wanted");
    const bool late = !conf.listeners.empty() || !conf.security.password_file.empty() ||
                      !conf.security.acl_file.empty() || at.allow_anonymous_seen;
    if (late && *v != conf.per_listener_settings)
        return at.report(severity::error,
                         "per_listener_settings must come before listeners and the settings that it is about.");
    conf.per_listener_settings = *v;
}

void apply_allow_anonymous(reading& at, std::string_view value) {
    const auto v = parse_bool(value);
    if (!v) return wrong_value(at, "allow_anonymous", value, "true or false is wanted");
    if (at.result.conf.per_listener_settings) {
        current_listener(at).allow_anonymous = *v;
        at.allow_anonymous_seen = true;
        return;
    }
    at.result.conf.allow_anonymous = *v;
    at.allow_anonymous_seen = true;
}

void apply_plugin(reading& at, std::string_view value) {
    if (value == "builtin:sensors" || value == "builtin:none") {
        auto& plugins = at.result.conf.plugins;
        const auto is_plugin = [&](const plugin& p) { return p.name == value; };
        const auto there = std::find_if(plugins.begin(), plugins.end(), is_plugin);
        at.current_plugin =
            there != plugins.end() ? &*there : &plugins.emplace_back(plugin{std::string(value), {}, at.where});
    } else {
        at.report(severity::error, "The plugin \"" + std::string(value) +
                                       "\" cannot be loaded: there are builtin:sensors and builtin:none only.");
    }
}

void apply_auto_id_prefix(reading& at, std::string_view value) {
    constexpr std::size_t longest = 50;
    if (value.size() > longest) return wrong_value(at, "auto_id_prefix", value, "at most 50 characters are wanted");
    at.result.conf.auto_id_prefix = value;
}

constexpr auto any32 = std::numeric_limits<std::uint32_t>::max();

void add_general(std::vector<option>& t) {
    t.push_back(works("allow_anonymous", apply_allow_anonymous));
    t.push_back(
        works("password_file", security_file("password_file", &security::password_file, &security::password_where)));
    t.push_back(works("acl_file", security_file("acl_file", &security::acl_file, &security::acl_where)));
    t.push_back(works("per_listener_settings", apply_per_listener));
    t.push_back(flag("acl_deny_subscribe", &configuration::acl_deny_subscribe));
    for (const auto* name : {"persistence", "retained_persistence"}) // one option, two names
        t.push_back(flag(name, &configuration::persistence));
    t.push_back(works("on_damaged_store", apply_damaged_store));
    t.push_back(flag("acknowledge_before_stored", &configuration::acknowledge_before_stored));
    t.push_back(once("persistence_location", apply_location));
    t.push_back(number("max_queued_messages", &configuration::max_queued_messages, 0, any32));
    t.push_back(
        number("max_queued_bytes", &configuration::max_queued_bytes, 0, std::numeric_limits<std::int64_t>::max()));
    t.push_back(number("max_inflight_messages", &configuration::max_inflight_messages, 0, 65'535));
    t.push_back(number("max_packet_size", &configuration::max_packet_size, 0, 268'435'460));
    t.push_back(number("message_size_limit", &configuration::message_size_limit, 0, 268'435'455));
    t.push_back(number("max_keepalive", &configuration::max_keepalive, 0, 65'535));
    t.push_back(number("global_max_connections", &configuration::global_max_connections, -1, 1'000'000'000));
    t.push_back(number("sys_interval", &configuration::sys_interval, 0, 65'535));
    t.push_back(number("worker_threads", &configuration::worker_threads, 0, 64));
    t.push_back(flag("queue_qos0_messages", &configuration::queue_qos0_messages));
    t.push_back(flag("retain_available", &configuration::retain_available));
    t.push_back(flag("allow_zero_length_clientid", &configuration::allow_zero_length_clientid));
    t.push_back(flag("set_tcp_nodelay", &configuration::set_tcp_nodelay));
    t.push_back(once("auto_id_prefix", apply_auto_id_prefix));
    t.push_back(text("user", &configuration::user));
    t.push_back(text("pid_file", &configuration::pid_file));
    t.push_back(works("persistent_client_expiration", apply_expiration));
    t.push_back(works("plugin", apply_plugin));
    t.push_back(ignored("persistence_file", "the store's file has its own name"));
    t.push_back(ignored("autosave_interval", "every acknowledged message is on disk at once"));
    t.push_back(ignored("autosave_on_changes", "every acknowledged message is on disk at once"));
    t.push_back(ignored("max_inflight_bytes", "bytes in flight have no limit of their own"));
    t.push_back(ignored("memory_limit", "memory has no limit of its own"));
    t.push_back(ignored("global_max_clients", "the number of sessions has no limit"));
    t.push_back(ignored("allow_duplicate_messages", "overlapping subscriptions get a message once"));
    t.push_back(ignored("check_retain_source", "rights are checked when a message is published"));
    t.push_back(would_open("clientid_prefixes", "client ids are not restricted yet"));
    t.push_back(ignored("enable_control_api", "there is no $CONTROL API"));
    t.push_back(ignored("retain_expiry_interval", "retained messages do not expire"));
    t.push_back(ignored("upgrade_outgoing_qos", "messages keep the lower QoS"));
    t.push_back(ignored("retry_interval", "messages are sent again on reconnect only, as MQTT wants"));
}

void add_logging(std::vector<option>& t) {
    t.push_back(works("log_dest", apply_log_dest));
    t.push_back(works("log_type", apply_log_type));
    t.push_back(works("log_facility", apply_log_facility));
    t.push_back(works("log_timestamp", log_flag("log_timestamp", &logging::timestamp)));
    t.push_back(works("connection_messages", log_flag("connection_messages", &logging::connection_messages)));
    t.push_back(
        once("log_timestamp_format", [](reading& at, std::string_view v) { at.result.conf.log.timestamp_format = v; }));
}

void add_tls(std::vector<option>& t) {
    t.push_back(tls_text("certfile", &tls_options::certfile));
    t.push_back(tls_text("keyfile", &tls_options::keyfile));
    t.push_back(tls_text("cafile", &tls_options::cafile));
    t.push_back(tls_text("capath", &tls_options::capath));
    t.push_back(tls_text("crlfile", &tls_options::crlfile));
    t.push_back(tls_text("ciphers", &tls_options::ciphers));
    t.push_back(tls_text("ciphers_tls1.3", &tls_options::ciphers_tls13));
    t.push_back(tls_flag("require_certificate", &tls_options::require_certificate));
    t.push_back(tls_flag("use_identity_as_username", &tls_options::use_identity_as_username));
    t.push_back(tls_flag("use_subject_as_username", &tls_options::use_subject_as_username));
    t.push_back(tls_flag("disable_client_cert_date_checks", &tls_options::ignore_client_dates));
    t.push_back(works("tls_version", apply_tls_version));
    t.push_back(works("tls_keyform", apply_tls_keyform));
    t.push_back(ignored("dhparamfile", "key exchanges use OpenSSL's own groups"));
    for (const auto* name : {"psk_file", "psk_hint"})
        t.push_back(would_open(name, "pre-shared keys are not supported, and without them the listener would be open"));
    for (const auto* name : {"tls_engine", "tls_engine_kpass_sha1"})
        t.push_back(would_open(name, "OpenSSL engines are not supported; the key has to be a file"));
}

void add_listener_options(std::vector<option>& t) {
    t.push_back({"include_dir", support::works, {}, false, false, {}}); // the reader's own
    t.push_back(works("listener", apply_listener));
    t.push_back(works("port", apply_port));
    t.push_back(once("bind_address", [](reading& at, std::string_view v) { default_listener(at).bind_address = v; }));
    t.push_back(works("protocol", apply_protocol));
    t.push_back(works("listener_allow_anonymous", apply_listener_anonymous));
    t.push_back(works("max_connections", apply_max_connections));
    t.push_back(works("socket_domain", apply_socket_domain));
    t.push_back(works("http_dir", [](reading& at, std::string_view v) { current_listener(at).http_dir = v; }));
    for (const auto* name : {"websockets_origin", "http_origin"})
        t.push_back(works(name, [](reading& at, std::string_view v) { current_listener(at).origins.emplace_back(v); }));
    t.push_back(ignored("accept_protocol_versions", "3.1 and 3.1.1 are accepted"));
    t.push_back(would_open("bind_interface", "the listener would be open on other interfaces; use its address"));
    t.push_back(would_open("enable_proxy_protocol", "the PROXY protocol is not supported yet"));
    t.push_back(ignored("proxy_protocol_v2_require_tls", "the PROXY protocol is not supported yet"));
    t.push_back(ignored("listener_auto_id_prefix", "auto_id_prefix counts for all listeners"));
    for (const auto* name : {"max_qos", "maximum_qos"}) t.push_back(ignored(name, "QoS 2 is allowed"));
    t.push_back(ignored("max_topic_alias", "MQTT 5 is not supported yet"));
    t.push_back(ignored("max_topic_alias_broker", "MQTT 5 is not supported yet"));
    t.push_back(would_open("mount_point", "clients would see each other's topics"));
    t.push_back(would_open_if("use_username_as_clientid", "clients could take another's id"));
    t.push_back(ignored("packet_buffer_size", "buffers are sized by need"));
    t.push_back(ignored("websockets_headers_size", "8 KiB of header are accepted"));
    t.push_back(ignored("websockets_log_level", "there is no websockets library to set"));
    add_tls(t);
    for (const auto* name : {"auth_plugin", "global_plugin", "plugin_load", "plugin_use"})
        t.push_back(would_open(name, "mosquitto's plugins cannot be loaded"));
    t.push_back(ignored("auth_plugin_deny_special_chars", "mosquitto's plugins cannot be loaded"));
}

void add_bridges(std::vector<option>& t) {
    for (const auto* name : {"connection",
                             "address",
                             "addresses",
                             "topic",
                             "remote_username",
                             "username",
                             "remote_password",
                             "password",
                             "remote_clientid",
                             "clientid",
                             "cleansession",
                             "start_type",
                             "keepalive_interval",
                             "restart_timeout",
                             "notifications",
                             "try_private",
                             "bridge_protocol_version",
                             "bridge_cafile",
                             "bridge_insecure",
                             "local_clientid",
                             "local_username",
                             "local_password",
                             "local_cleansession",
                             "notification_topic",
                             "notifications_local_only",
                             "round_robin",
                             "bridge_capath",
                             "bridge_certfile",
                             "bridge_keyfile",
                             "bridge_tls_version",
                             "bridge_tls_use_os_certs",
                             "bridge_alpn",
                             "bridge_attempt_unsubscribe",
                             "bridge_outgoing_retain",
                             "bridge_max_packet_size",
                             "bridge_reload_type",
                             "idle_timeout",
                             "threshold",
                             "bridge_bind_address",
                             "bridge_ciphers",
                             "bridge_ciphers_tls1.3",
                             "bridge_identity",
                             "bridge_psk",
                             "bridge_max_topic_alias",
                             "bridge_receive_maximum",
                             "bridge_require_ocsp",
                             "bridge_session_expiry_interval",
                             "bridge_tcp_keepalive",
                             "bridge_tcp_user_timeout"})
        t.push_back(of_bridge(name));
}

std::vector<option> make_table() {
    std::vector<option> t;
    add_general(t);
    add_logging(t);
    add_listener_options(t);
    add_bridges(t);
    return t;
}

} // namespace

listener& reading::add_listener() {
    auto& made = result.conf.listeners.emplace_back();
    made.where = where;
    return made;
}

void reading::report(severity level, std::string text) {
    result.findings.push_back({level, std::move(text), where, {}});
}

std::span<const option> all_options() {
    static const std::vector<option> table = make_table(); // constant after its first use
    return table;
}

const option* find_option(std::string_view name) {
    const auto all = all_options();
    const auto found = std::find_if(all.begin(), all.end(), [&](const option& o) { return o.name == name; });
    return found == all.end() ? nullptr : &*found;
}

std::string_view nearest_option(std::string_view name) {
    std::string_view best;
    auto distance = std::max<std::size_t>(name.size() / 3, 2) + 1; // further is no help
    for (const auto& o : all_options())
        if (const auto d = edit_distance(name, o.name); d < distance) {
            distance = d;
            best = o.name;
        }
    return best;
}

} // namespace nightjar::config
