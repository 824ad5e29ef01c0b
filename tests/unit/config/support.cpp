// Options that do not work say so: ignored ones warn, those whose absence would open something are errors.
#include "broker/config/option_table.hpp"
#include "tests/unit/config/fixture.hpp"

#include <boost/test/unit_test.hpp>

using namespace nightjar::config;
using namespace nightjar::config::test;

BOOST_FIXTURE_TEST_SUITE(support_, fixture)

BOOST_AUTO_TEST_CASE(an_ignored_option_is_a_warning_with_its_effect) {
    for (const auto& o : all_options()) {
        if (o.state != support::ignored) continue;
        const std::string name(o.name);
        BOOST_TEST(findings("\n\n" + name + " x\n") ==
                   "warning main.conf:3 " + name + " is ignored: " + std::string(o.effect) + ".\n");
    }
}

BOOST_AUTO_TEST_CASE(an_ignored_option_that_asks_for_what_happens_anyway_is_no_finding) {
    for (const char* line : {"upgrade_outgoing_qos false", "check_retain_source 0", "max_inflight_bytes 0",
                             "enable_control_api false", "retain_expiry_interval 0"})
        BOOST_TEST(findings(line + std::string("\n")) == "", line);
    for (const char* line : {"upgrade_outgoing_qos true", "max_inflight_bytes 1", "retain_expiry_interval 5"})
        BOOST_TEST(contains(findings(line + std::string("\n")), "is ignored"), line);
}

BOOST_AUTO_TEST_CASE(an_option_that_would_open_is_an_error_with_its_reason) {
    for (const auto& o : all_options()) {
        if (o.state != support::would_open) continue;
        const std::string name(o.name);
        for (const char* value : {" x", " true", " 1", ""})
            BOOST_TEST(findings("\n" + name + value + "\n") ==
                       "error main.conf:2 " + name + " is not possible: " + std::string(o.effect) + ".\n");
    }
}

BOOST_AUTO_TEST_CASE(switched_off_it_asks_for_what_happens_anyway) {
    for (const char* name : {"per_listener_settings", "require_certificate", "use_identity_as_username",
                             "use_subject_as_username", "use_username_as_clientid"})
        for (const char* value : {" false\n", " 0\n", " false now\n"})
            BOOST_TEST(findings(name + std::string(value)) == "", name);
}

BOOST_AUTO_TEST_CASE(what_guards_access_is_never_ignored) {
    for (const char* name :
         {"password_file", "acl_file", "per_listener_settings", "certfile", "keyfile", "cafile", "capath",
          "require_certificate", "crlfile", "use_identity_as_username", "use_subject_as_username",
          "use_username_as_clientid", "mount_point", "bind_interface", "clientid_prefixes", "enable_proxy_protocol"})
        BOOST_TEST((find_option(name)->state == support::works), name);
    for (const char* name : {"psk_file", "psk_hint", "auth_plugin", "global_plugin", "plugin_load", "plugin_use"})
        BOOST_TEST((find_option(name)->state == support::would_open), name);
}

BOOST_AUTO_TEST_CASE(a_bridge_block_warns_on_each_line) {
    const auto result = read("connection to-cloud\n"
                             "address cloud.example:1883 # main\n"
                             "topic sensors/# out 1\n"
                             "remote_username u\n"
                             "remote_password p\n"
                             "bridge_cafile /etc/ca.pem\n"
                             "cleansession true\n");
    BOOST_TEST(result.ok());
    std::string wanted;
    int line = 0;
    for (const char* name :
         {"connection", "address", "topic", "remote_username", "remote_password", "bridge_cafile", "cleansession"})
        wanted += "warning main.conf:" + std::to_string(++line) + ' ' + name +
                  " is ignored: bridges are not supported yet.\n";
    BOOST_TEST(findings(result) == wanted);
    BOOST_TEST(result.conf.local_only); // a bridge is no listener
}

BOOST_AUTO_TEST_CASE(several_bridges_do_not_count_as_duplicates) {
    const std::string block = "connection a\naddress x\nusername u\npassword p\nclientid c\n";
    BOOST_TEST(read(block + block).ok());
}

BOOST_AUTO_TEST_CASE(a_listener_behind_a_bridge_is_a_listener_again) {
    const auto result = read("connection a\naddress x\nlistener 1883\nprotocol websockets\nallow_anonymous true\n");
    BOOST_TEST_REQUIRE(result.conf.listeners.size() == 1U);
    BOOST_TEST((result.conf.listeners[0].protocol == listener_protocol::websockets));
}

BOOST_AUTO_TEST_SUITE_END()
