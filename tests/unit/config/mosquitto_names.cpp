// Every option of mosquitto 2.1.2 is known, so that none is called a spelling mistake. Names and groups as in our page
// on compatibility; the three names that are no rows of the table come last.
#include "broker/config/option_list.hpp"
#include "broker/config/option_table.hpp"
#include "tests/unit/config/fixture.hpp"

#include <set>
#include <span>

#include <boost/test/unit_test.hpp>

using namespace nightjar::config;
using namespace nightjar::config::test;

namespace {

constexpr std::string_view general[] = {
    // must
    "allow_anonymous",
    "password_file",
    "acl_file",
    "per_listener_settings",
    "persistence",
    "persistence_location",
    "max_queued_messages",
    "max_inflight_messages",
    "max_packet_size",
    "user",
    "pid_file",
    "sys_interval",
    // should
    "persistence_file",
    "autosave_interval",
    "autosave_on_changes",
    "persistent_client_expiration",
    "allow_zero_length_clientid",
    "auto_id_prefix",
    "connection_messages",
    "max_keepalive",
    "max_queued_bytes",
    "max_inflight_bytes",
    "message_size_limit",
    "memory_limit",
    "queue_qos0_messages",
    "retain_available",
    "set_tcp_nodelay",
    "global_max_clients",
    "global_max_connections",
    // rare
    "allow_duplicate_messages",
    "check_retain_source",
    "clientid_prefixes",
    "enable_control_api",
    "retain_expiry_interval",
    "upgrade_outgoing_qos",
    "retained_persistence",
    "retry_interval",
};
constexpr std::string_view logging_options[] = {
    // must
    "log_dest",
    "log_type",
    "log_timestamp",
    "log_timestamp_format",
    // rare
    "log_facility",
};
constexpr std::string_view listener_options[] = {
    // must
    "listener",
    "port",
    "bind_address",
    "protocol",
    "listener_allow_anonymous",
    "max_connections",
    "socket_domain",
    // should
    "accept_protocol_versions",
    "bind_interface",
    "enable_proxy_protocol",
    "http_dir",
    "listener_auto_id_prefix",
    "max_qos",
    "maximum_qos",
    "max_topic_alias",
    "max_topic_alias_broker",
    "mount_point",
    "use_username_as_clientid",
    "websockets_origin",
    // rare
    "proxy_protocol_v2_require_tls",
    "packet_buffer_size",
    "websockets_headers_size",
    "websockets_log_level",
};
constexpr std::string_view tls[] = {
    // must
    "certfile",
    "keyfile",
    "cafile",
    "require_certificate",
    "use_identity_as_username",
    "tls_version",
    // should
    "capath",
    "crlfile",
    "ciphers",
    "ciphers_tls1.3",
    "use_subject_as_username",
    // rare
    "dhparamfile",
    "disable_client_cert_date_checks",
    "tls_engine",
    "tls_engine_kpass_sha1",
    "tls_keyform",
    "psk_file",
    "psk_hint",
};
constexpr std::string_view plugin_options[] = {
    // should
    "plugin",
    "auth_plugin",
    "global_plugin",
    // rare
    "plugin_load",
    "plugin_use",
    "auth_plugin_deny_special_chars",
};
constexpr std::string_view bridges[] = {
    // must
    "connection",
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
    // should
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
    // rare
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
    "bridge_tcp_user_timeout",
};

void all_are_known(std::span<const std::string_view> names) {
    for (const auto name : names) {
        const auto* found = find_option(name);
        BOOST_TEST((found != nullptr && found->name == name), name);
    }
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(mosquitto_names, fixture)

BOOST_AUTO_TEST_CASE(general_options_are_known) { all_are_known(general); }
BOOST_AUTO_TEST_CASE(options_of_the_log_are_known) { all_are_known(logging_options); }
BOOST_AUTO_TEST_CASE(options_of_listeners_are_known) { all_are_known(listener_options); }
BOOST_AUTO_TEST_CASE(options_of_tls_are_known) { all_are_known(tls); }
BOOST_AUTO_TEST_CASE(options_of_plugins_are_known) { all_are_known(plugin_options); }
BOOST_AUTO_TEST_CASE(options_of_bridges_are_known) { all_are_known(bridges); }

BOOST_AUTO_TEST_CASE(what_mosquitto_does_not_know_is_called_our_own) {
    std::set<std::string_view> theirs{"include_dir"};
    using group = std::span<const std::string_view>;
    for (const group g : {group(general), group(logging_options), group(listener_options), group(tls),
                          group(plugin_options), group(bridges)})
        theirs.insert(g.begin(), g.end());
    const std::set<std::string_view> own(own_options().begin(), own_options().end());
    for (const auto& o : all_options()) BOOST_TEST((theirs.contains(o.name) != own.contains(o.name)), o.name);
}

BOOST_AUTO_TEST_CASE(names_that_are_no_rows_are_known_to_the_reader) {
    write("empty/nothing.conf", "");
    BOOST_TEST(findings("include_dir " + path("empty") + "\n") == "");
    BOOST_TEST(findings("plugin_opt_anything x\n") == "");
    BOOST_TEST(findings("auth_opt_backends x\n") ==
               "error main.conf:1 auth_opt_*: mosquitto's plugins cannot be loaded.\n");
}

BOOST_AUTO_TEST_CASE(a_row_works_or_says_what_is_missing) {
    std::set<std::string_view> names;
    for (const auto& o : all_options()) {
        BOOST_TEST(names.insert(o.name).second, o.name << " is there twice");
        const bool of_the_reader = o.name == "include_dir";
        BOOST_TEST(static_cast<bool>(o.apply) == (o.state == support::works && !of_the_reader), o.name);
        BOOST_TEST(o.effect.empty() == (o.state == support::works), o.name);
        BOOST_TEST(find_option(o.name) == &o);
    }
}

BOOST_AUTO_TEST_CASE(names_are_matched_as_a_whole) {
    for (const char* name : {"", "listene", "listeners", "Listener", "listener ", "bridge_", "plugin_opt_"})
        BOOST_TEST((find_option(name) == nullptr), name);
}

BOOST_AUTO_TEST_CASE(the_nearest_name_is_found) {
    BOOST_TEST(nearest_option("listner") == "listener");
    BOOST_TEST(nearest_option("alow_anonymus") == "allow_anonymous");
    BOOST_TEST(nearest_option("persistance_location") == "persistence_location");
    BOOST_TEST(nearest_option("max_inflight_message") == "max_inflight_messages");
    for (const char* far : {"", "xyzzyq", "completely_different_thing"}) BOOST_TEST(nearest_option(far) == "", far);
}

BOOST_AUTO_TEST_SUITE_END()
