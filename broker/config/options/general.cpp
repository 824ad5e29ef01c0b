#include "broker/config/options/sections.hpp"

#include "broker/config/options/make.hpp"
#include "broker/config/values.hpp"

#include <limits>
#include <utility>

namespace nightjar::config {

namespace {

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
        conf.backup_where = at.where;
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

void apply_auto_id_prefix(reading& at, std::string_view value) {
    if (value.size() > longest_id_prefix)
        return wrong_value(at, "auto_id_prefix", value, "at most 50 characters are wanted");
    auto& conf = at.result.conf;
    auto& own = current_listener(at).auto_id_prefix;
    if (conf.per_listener_settings ? own.has_value() : std::exchange(at.auto_id_prefix_seen, true))
        return at.report(severity::error, "Duplicate \"auto_id_prefix\" value in configuration.");
    if (conf.per_listener_settings) {
        own = value;
    } else {
        conf.auto_id_prefix = value;
    }
}

void apply_zero_length(reading& at, std::string_view value) {
    const auto v = read_flag(at, "allow_zero_length_clientid", value);
    if (!v) return;
    auto& conf = at.result.conf;
    if (conf.per_listener_settings) {
        current_listener(at).allow_zero_length_clientid = *v;
    } else {
        conf.allow_zero_length_clientid = *v;
    }
}

constexpr auto any32 = std::numeric_limits<std::uint32_t>::max();

} // namespace

void add_general_options(std::vector<option>& t) {
    t.push_back({"include_dir", support::works, {}, {}, false, {}}); // the reader's own
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
    t.push_back(number("memory_limit", &configuration::memory_limit, 0, std::numeric_limits<std::int64_t>::max()));
    t.push_back(number("max_inflight_messages", &configuration::max_inflight_messages, 0, 65'535));
    t.push_back(number("max_packet_size", &configuration::max_packet_size, 0, 268'435'460));
    t.push_back(number("message_size_limit", &configuration::message_size_limit, 0, 268'435'455));
    t.push_back(number("max_keepalive", &configuration::max_keepalive, 0, 65'535));
    t.push_back(number("global_max_connections", &configuration::global_max_connections, -1, 1'000'000'000));
    t.push_back(number("global_max_clients", &configuration::global_max_clients, -1, 1'000'000'000));
    t.push_back(flag("presence_events", &configuration::presence_events));
    t.push_back(number("sys_interval", &configuration::sys_interval, 0, 65'535));
    t.push_back(number("measurements_keep_days", &configuration::measurements_keep_days, 0, 36'500));
    t.push_back(number("hours_keep_days", &configuration::hours_keep_days, 0, 36'500));
    t.push_back(number("worker_threads", &configuration::worker_threads, 0, 64));
    t.push_back(flag("queue_qos0_messages", &configuration::queue_qos0_messages));
    t.push_back(flag("retain_available", &configuration::retain_available));
    t.push_back(works("allow_zero_length_clientid", apply_zero_length));
    t.push_back(flag("set_tcp_nodelay", &configuration::set_tcp_nodelay));
    t.push_back(works("auto_id_prefix", apply_auto_id_prefix));
    t.push_back(text("clientid_prefixes", &configuration::clientid_prefix));
    t.push_back(text("user", &configuration::user));
    t.push_back(text("pid_file", &configuration::pid_file));
    t.push_back(works("persistent_client_expiration", apply_expiration));
    t.push_back(ignored("persistence_file", "the store's file has its own name"));
    t.push_back(ignored("autosave_interval", "every acknowledged message is on disk at once"));
    t.push_back(ignored("autosave_on_changes", "every acknowledged message is on disk at once"));
    t.push_back(ignored("max_inflight_bytes", "bytes in flight have no limit of their own", "0"));
    t.push_back(ignored("allow_duplicate_messages", "overlapping subscriptions get a message once", "false"));
    t.push_back(ignored("check_retain_source", "rights are checked when a message is published", "false"));
    t.push_back(ignored("enable_control_api", "there is no $CONTROL API", "false"));
    t.push_back(ignored("retain_expiry_interval", "no message has an expiry interval before MQTT 5", "0"));
    t.push_back(ignored("upgrade_outgoing_qos", "messages keep the lower QoS", "false"));
    t.push_back(ignored("retry_interval", "messages are sent again on reconnect only, as MQTT wants"));
}

} // namespace nightjar::config
