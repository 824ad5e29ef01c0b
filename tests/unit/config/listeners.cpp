// Listener blocks, and what listens when none is configured.
#include "tests/unit/config/fixture.hpp"

#include <boost/test/unit_test.hpp>

using namespace nightjar::config;
using namespace nightjar::config::test;

namespace {

const std::string anonymous = "allow_anonymous true\n"; // else there is a warning

// "1883 127.0.0.1 mqtt, ..."
std::string summary(const configuration& conf) {
    std::string all;
    for (const auto& l : conf.listeners) {
        if (!all.empty()) all += ", ";
        all += std::to_string(l.port) + ' ' + l.bind_address + ' ';
        all += l.protocol == listener_protocol::mqtt         ? "mqtt"
               : l.protocol == listener_protocol::websockets ? "websockets"
                                                             : "http_api";
        if (l.optional) all += " optional";
    }
    return all;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(listeners, fixture)

BOOST_AUTO_TEST_CASE(without_a_file_it_listens_on_loopback_only) {
    const auto result = load({});
    BOOST_TEST(findings(result) == "");
    BOOST_TEST(result.conf.local_only);
    BOOST_TEST(result.conf.allow_anonymous);
    BOOST_TEST(summary(result.conf) == "1883 127.0.0.1 mqtt, 1883 ::1 mqtt optional, "
                                       "9001 127.0.0.1 websockets, 9001 ::1 websockets optional, "
                                       "8000 127.0.0.1 http_api, 8000 ::1 http_api optional");
    for (const auto& l : result.conf.listeners) BOOST_TEST(l.where.file == "");
}

BOOST_AUTO_TEST_CASE(a_file_without_listeners_does_not_change_that) {
    const auto result = read("max_keepalive 60\nuser bob\n");
    BOOST_TEST(result.conf.local_only);
    BOOST_TEST(result.conf.allow_anonymous);
    BOOST_TEST(summary(result.conf) == summary(load({}).conf));
}

BOOST_AUTO_TEST_CASE(allow_anonymous_false_counts_on_loopback_too) {
    BOOST_TEST(!conf("allow_anonymous false\n").allow_anonymous);
}

BOOST_AUTO_TEST_CASE(ports_of_the_command_line_take_the_place_of_1883) {
    const auto conf = load({"", {2000, 2001}, false}).conf;
    BOOST_TEST(conf.local_only);
    BOOST_TEST(summary(conf).starts_with("2000 127.0.0.1 mqtt, 2000 ::1 mqtt optional, 2001 127.0.0.1 mqtt, "
                                         "2001 ::1 mqtt optional, 9001 127.0.0.1 websockets"));
}

BOOST_AUTO_TEST_CASE(ports_of_the_command_line_do_not_count_beside_listeners) {
    const auto conf = load({write("a.conf", anonymous + "listener 1883 127.0.0.1\n"), {2000}, false}).conf;
    BOOST_TEST(summary(conf) == "1883 127.0.0.1 mqtt");
    const auto without = load({write("b.conf", "max_keepalive 1\n"), {2000}, false}).conf;
    BOOST_TEST(summary(without).starts_with("2000 127.0.0.1 mqtt"));
}

BOOST_AUTO_TEST_CASE(a_listener_has_a_port_and_an_address) {
    const auto result =
        read(anonymous + "listener 1883\nlistener 1884 10.0.0.1\nlistener 1885 ::1\nlistener 0x75E host.example\n"
                         "listener 65535\nlistener 1\n");
    BOOST_TEST(findings(result) == "");
    BOOST_TEST(!result.conf.local_only);
    BOOST_TEST(summary(result.conf) == "1883  mqtt, 1884 10.0.0.1 mqtt, 1885 ::1 mqtt, 1886 host.example mqtt, "
                                       "65535  mqtt, 1  mqtt");
    BOOST_TEST(result.conf.listeners[2].where.line == 4);
    BOOST_TEST(result.conf.listeners[2].where.file == path("main.conf"));
}

BOOST_AUTO_TEST_CASE(a_comment_may_follow_a_listener) {
    BOOST_TEST(summary(conf("listener 1883 # all\nlistener 1884 ::1 # this\nlistener 1885#x\n")) ==
               "1883  mqtt, 1884 ::1 mqtt, 1885  mqtt");
}

BOOST_AUTO_TEST_CASE(a_wrong_port_is_an_error) {
    for (const char* value : {"65536", "-1", "x", "1883x", "99999999999999999999", "# 1883"}) {
        const auto all = findings("\nlistener " + std::string(value) + "\n");
        BOOST_TEST(all.starts_with("error main.conf:2 Invalid value"), value << ": " << all);
        BOOST_TEST(contains(all, "a port from 1 to 65535 is wanted"), value << ": " << all);
    }
    for (const char* value : {"0", "65536", "x"})
        BOOST_TEST(contains(findings("port " + std::string(value) + "\n"), "of port: a number from 1 to 65535"), value);
}

BOOST_AUTO_TEST_CASE(port_0_is_a_unix_socket) {
    const auto made = conf("listener 0 /run/my mqtt.sock # here\nunix_socket_mode 0660\n").listeners.at(0);
    BOOST_TEST(made.unix_path == "/run/my mqtt.sock");
    BOOST_TEST(made.bind_address == "");
    BOOST_TEST(made.name() == "/run/my mqtt.sock");
    BOOST_TEST(made.unix_mode.value_or(0) == 0660U);
    for (const auto& value : {std::string("0"), "0 /" + std::string(107, 'x')})
        BOOST_TEST(contains(findings("listener " + value + "\n"), "the path of a unix socket is wanted"), value);
}

BOOST_AUTO_TEST_CASE(guards_above_all_listeners_are_errors) {
    for (const char* line : {"mount_point a/", "use_username_as_clientid true", "enable_proxy_protocol 2",
                             "bind_interface lo", "max_qos 1", "accept_protocol_versions 4"}) {
        BOOST_TEST(contains(findings(line + std::string("\nlistener 1883\n")),
                            "error main.conf:1 " + std::string(line).substr(0, std::string(line).find(' ')) +
                                " stands below the listener"),
                   line);
        BOOST_TEST(read(line + std::string("\n")).ok(), line); // of the listeners on loopback
        BOOST_TEST(read(line + std::string("\nport 1883\n")).ok(), line);
    }
    BOOST_TEST(contains(findings("listener 8000\nprotocol http_api\nmount_point a/\n"),
                        "warning main.conf:1 mount_point a/ leaves nothing but the page's files on port 8000"));
}

BOOST_AUTO_TEST_CASE(tls_may_end_at_the_proxy) {
    const std::string proxied = "listener 1883\nallow_anonymous true\nenable_proxy_protocol 2\n";
    const auto made = read(proxied + "require_certificate true\nuse_identity_as_username true\n");
    BOOST_TEST(made.ok());
    BOOST_TEST((tls_at_the_proxy(made.conf.listeners[0]) && !speaks_tls(made.conf.listeners[0])));
    for (const char* more :
         {"require_certificate true\ncafile /ca.pem\n", "use_identity_as_username true\n", "tls_version tlsv1.3\n"})
        BOOST_TEST(contains(findings(proxied + more), "need certfile and keyfile"), more);
}

BOOST_AUTO_TEST_CASE(options_belong_to_the_listener_above) {
    const auto result = read(anonymous + "listener 1883\n"
                                         "listener 9001\n"
                                         "protocol websockets\n"
                                         "max_connections 7\n"
                                         "socket_domain ipv4\n"
                                         "listener_allow_anonymous false\n"
                                         "http_dir /srv/page\n"
                                         "websockets_origin https://a.example\n"
                                         "http_origin https://b.example\n"
                                         "listener 8000\n"
                                         "protocol http_api\n"
                                         "socket_domain ipv6\n"
                                         "max_connections -1\n");
    BOOST_TEST(findings(result) == "");
    BOOST_TEST(summary(result.conf) == "1883  mqtt, 9001  websockets, 8000  http_api");
    const auto& l = result.conf.listeners;
    BOOST_TEST(l[1].max_connections == 7);
    BOOST_TEST((l[1].domain == socket_domain::ipv4));
    BOOST_TEST((l[1].allow_anonymous == std::optional(false)));
    BOOST_TEST(l[1].http_dir == "/srv/page");
    BOOST_TEST(l[1].origins == (std::vector<std::string>{"https://a.example", "https://b.example"}));
    BOOST_TEST((l[2].domain == socket_domain::ipv6));
    for (const int other : {0, 2}) {
        const auto& untouched = l.at(static_cast<std::size_t>(other));
        BOOST_TEST(untouched.max_connections == -1);
        BOOST_TEST((untouched.allow_anonymous == std::nullopt));
        BOOST_TEST(untouched.http_dir == "");
        BOOST_TEST(untouched.origins.empty());
    }
    BOOST_TEST((l[0].domain == socket_domain::any));
}

BOOST_AUTO_TEST_CASE(global_options_may_stand_among_listeners) {
    const auto result = read("listener 1883\nmax_keepalive 60\nmax_connections 5\nallow_anonymous true\n");
    BOOST_TEST(findings(result) == "");
    BOOST_TEST(result.conf.max_keepalive == 60);
    BOOST_TEST(result.conf.listeners.at(0).max_connections == 5);
}

BOOST_AUTO_TEST_CASE(port_and_bind_address_make_one_listener) {
    for (const char* text : {"port 1884\nbind_address 10.0.0.1\n", "bind_address 10.0.0.1\nport 1884\n"})
        BOOST_TEST(summary(conf(text)) == "1884 10.0.0.1 mqtt", text);
    BOOST_TEST(summary(conf("bind_address 10.0.0.1\n")) == "1883 10.0.0.1 mqtt");
    BOOST_TEST(summary(conf("port 1884\nport 1885\n")) == "1885  mqtt");
    BOOST_TEST(!conf("port 1884\n").local_only);
    BOOST_TEST(summary(conf("port 1884\nprotocol websockets\nlistener 1885\n")) == "1884  websockets, 1885  mqtt");
    BOOST_TEST(summary(conf("port 1884\nlistener 1885\nbind_address ::1\n")) == "1884 ::1 mqtt, 1885  mqtt");
}

BOOST_AUTO_TEST_CASE(wrong_values_of_listener_options_are_errors) {
    for (const char* line :
         {"protocol mqtts", "protocol MQTT", "socket_domain ipv5", "socket_domain both", "max_connections many",
          "max_connections -2", "max_connections 2147483648", "listener_allow_anonymous maybe"}) {
        const auto all = findings(anonymous + "listener 1883\n" + line + "\n");
        BOOST_TEST(all.starts_with("error main.conf:3 Invalid value"), line << ": " << all);
    }
    BOOST_TEST(findings(anonymous + "listener 1883\nmax_connections 2147483647\nprotocol mqtt of course\n") == "");
}

BOOST_AUTO_TEST_CASE(with_a_listener_nobody_is_anonymous_by_default) {
    const auto result = read("listener 1883\n");
    BOOST_TEST(!result.conf.allow_anonymous);
    BOOST_TEST(findings(result).starts_with("warning Nobody can log in:"), findings(result));
    BOOST_TEST(result.ok());
    BOOST_TEST(findings("listener 1883\nallow_anonymous true\n") == "");
    BOOST_TEST(findings("listener 1883\nlistener_allow_anonymous true\n") == "");
    BOOST_TEST(contains(findings(anonymous + "listener 1883\nlistener_allow_anonymous false\n"), "Nobody can log in"));
}

BOOST_AUTO_TEST_CASE(a_conf_without_port_1883_is_noticed) {
    BOOST_TEST(findings(anonymous + "listener 1884\n") == "notice no listener on port 1883\n");
}

BOOST_AUTO_TEST_CASE(the_same_place_twice) {
    const std::string first = anonymous + "listener 1883 127.0.0.1\nmax_qos 1\n";
    for (const char* second : {"listener 1883 127.0.0.1\n", "listener 1883 127.0.0.1\nprotocol websockets\n"})
        BOOST_TEST(findings(first + second) ==
                   "error main.conf:4 The listener on port 1883 stands here twice: first in " + path("main.conf") +
                       ":2.\n");
    BOOST_TEST(findings(first + "listener 1883 127.0.0.2\nlistener 1884 127.0.0.1\nlistener 0 /a\nlistener 0 /b\n") ==
               "");
    BOOST_TEST(findings(anonymous + "listener 1883\nsocket_domain ipv4\nlistener 1883\nsocket_domain ipv6\n") == "");
    BOOST_TEST(contains(findings(first + "listener 0 /a\nlistener 0 /a\n"), "The listener on /a stands here twice"));
}

BOOST_AUTO_TEST_CASE(too_many_listeners_are_an_error_not_a_crash) {
    std::string many = anonymous;
    for (int i = 0; i < 400; ++i) many += "listener " + std::to_string(1883 + i) + "\nmax_connections 1\n";
    const auto result = read(many);
    BOOST_TEST(!result.ok());
    BOOST_TEST(contains(findings(result), "Too many listeners or plugins."));
}

BOOST_AUTO_TEST_CASE(an_option_without_a_listener_opens_nothing) {
    for (const char* line : {"max_connections 100", "protocol websockets", "socket_domain ipv4", "http_dir /tmp",
                             "websockets_origin x", "listener_allow_anonymous true"}) {
        const auto result = read(std::string(line) + "\nallow_anonymous true\n");
        BOOST_TEST(result.conf.local_only, line);
        for (const auto& l : result.conf.listeners) BOOST_TEST(!l.bind_address.empty(), line);
    }
    BOOST_TEST(read("max_connections 7\n").conf.listeners[0].max_connections == 7);
    BOOST_TEST(read("max_connections 7\nport 1884\n").conf.listeners[0].max_connections == 7);
}

BOOST_AUTO_TEST_SUITE_END()
