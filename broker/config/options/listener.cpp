#include "broker/config/options/sections.hpp"

#include "broker/config/options/make.hpp"
#include "broker/config/values.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

namespace nightjar::config {

namespace {

constexpr std::size_t longest_unix_path = 107; // sockaddr_un, with the final 0

void apply_listener(reading& at, std::string_view value) {
    value = trim(value.substr(0, value.find('#'))); // here a comment may follow
    const auto port = parse_integer(value);
    const auto place = trim(value.substr(first_word(value).size()));
    if (!port || *port < 0 || *port > 65'535)
        return wrong_value(at, "listener", value,
                           "a port from 1 to 65535 is wanted, or 0 and the path of a unix socket");
    if (*port == 0 && (place.empty() || place.size() > longest_unix_path))
        return wrong_value(at, "listener", value,
                           "with port 0, the path of a unix socket is wanted, at most 107 bytes long");
    auto& made = at.add_listener();
    made.port = static_cast<std::uint16_t>(*port);
    (*port == 0 ? made.unix_path : made.bind_address) = place;
    at.current = &made;
}

void apply_unix_mode(reading& at, std::string_view value) {
    unsigned mode = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), mode, 8);
    if (error != std::errc() || end != value.data() + value.size() || mode > 0777)
        return wrong_value(at, "unix_socket_mode", value, "an octal number like 0660 is wanted");
    current_listener(at).unix_mode = mode;
}

void apply_protocol_versions(reading& at, std::string_view value) {
    unsigned versions = 0;
    for (auto rest = value; !rest.empty();) {
        const auto comma = std::min(rest.find(','), rest.size());
        const auto number = parse_integer(trim(rest.substr(0, comma)));
        if (!number || *number < 3 || *number > 5)
            return wrong_value(at, "accept_protocol_versions", value, "a list of 3, 4 and 5 is wanted");
        versions |= 1U << static_cast<unsigned>(*number);
        rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
    guarded_listener(at, "accept_protocol_versions").protocol_versions = versions;
    if (versions == 1U << 5)
        at.report(severity::warning, "Nobody can log in: MQTT 5 alone is accepted, which is not supported yet.");
}

// The characters of a topic name: a wildcard in it would match what no client can name.
void apply_mount_point(reading& at, std::string_view value) {
    constexpr std::size_t longest = 1024; // leaves room for topics
    if (value.find_first_of("+#") != std::string_view::npos || value.size() > longest || value.find('\0') != value.npos)
        return wrong_value(at, "mount_point", value, "the beginning of a topic without + and # is wanted");
    if (value.starts_with('$')) // the topics below would be the broker's own
        return wrong_value(at, "mount_point", value, "it may not begin with $");
    guarded_listener(at, "mount_point").mount_point = value;
}

void apply_listener_id_prefix(reading& at, std::string_view value) {
    if (value.size() > longest_id_prefix)
        return wrong_value(at, "listener_auto_id_prefix", value, "at most 50 characters are wanted");
    current_listener(at).auto_id_prefix = value;
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
    t.push_back(works("unix_socket_mode", apply_unix_mode));
    t.push_back(works("accept_protocol_versions", apply_protocol_versions));
    t.push_back(listener_text("bind_interface", &listener::bind_interface));
    t.push_back(listener_number("enable_proxy_protocol", &listener::proxy_protocol, 1, 2));
    t.push_back(listener_flag("proxy_protocol_v2_require_tls", &listener::proxy_requires_tls));
    t.push_back(works("listener_auto_id_prefix", apply_listener_id_prefix));
    for (const auto* name : {"max_qos", "maximum_qos"}) t.push_back(listener_number(name, &listener::max_qos, 0, 2));
    t.push_back(ignored("max_topic_alias", "MQTT 5 is not supported yet"));
    t.push_back(ignored("max_topic_alias_broker", "MQTT 5 is not supported yet"));
    t.push_back(works("mount_point", apply_mount_point));
    t.push_back(listener_flag("use_username_as_clientid", &listener::use_username_as_clientid));
    for (const auto* name : {"packet_buffer_size", "websockets_headers_size"}) // one option, two names
        t.push_back(number(name, &configuration::http_head_limit, 0, 65'535));
    t.push_back(number("http_request_rate", &configuration::http_request_rate, 0, 1'000'000));
    t.push_back(ignored("websockets_log_level", "there is no websockets library to set"));
}

} // namespace nightjar::config
