#include "broker/config/options/sections.hpp"

#include "broker/config/options/make.hpp"
#include "broker/config/values.hpp"

#include <limits>

namespace nightjar::config {

namespace {

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

} // namespace

void add_listener_options(std::vector<option>& t) {
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
}

} // namespace nightjar::config
