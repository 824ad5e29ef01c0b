#include "broker/config/option_list.hpp"

#include "broker/config/option_table.hpp"

#include <algorithm>
#include <vector>

namespace nightjar::config {

namespace {

constexpr difference different[] = {
    {"accept_protocol_versions", "5 may be named, but no client gets in with it yet"},
    {"enable_proxy_protocol", "in front of TLS listeners too; LOCAL connections, of health checks, may go on"},
    {"http_dir", "without it there is a page of our own"},
    {"log_dest", "dlt and android are errors"},
    {"memory_limit", "looked at once a second; above it new clients are refused, nothing is queued or retained"},
    {"mount_point", "clients do not hear it, as with 2.1 but not 2.0.11; topics outside of it are never heard, "
                    "whatever the session subscribed to elsewhere; there is no REST on its listener"},
    {"packet_buffer_size", "the most that an HTTP request's head may have; buffers for MQTT are sized by need"},
    {"persistence", "everything acknowledged is on disk before that, in our own store"},
    {"persistence_location", "the directory of nightjar.mdb; made if it is missing"},
    {"plugin", "builtin:sensors and builtin:none; mosquitto's plugins are errors"},
    {"queue_qos0_messages", "while they wait they are in memory alone: a restart drops them"},
    {"retained_persistence", "another name of persistence"},
    {"set_tcp_nodelay", "true by default"},
    {"tls_keyform", "pem alone"},
    {"user", "without it root becomes nightjar, mosquitto or nobody, whoever exists"},
    {"websockets_headers_size", "another name of packet_buffer_size; 8192 by default"},
    {"websockets_origin", "by default the listener's own pages alone, not all"},
};

constexpr std::string_view own[] = {
    "acknowledge_before_stored", "acl_deny_subscribe", "hours_keep_days",        "http_origin",
    "http_request_rate",         "log_format",         "measurements_keep_days", "on_damaged_store",
    "presence_events",           "unix_socket_mode",   "worker_threads"};

std::pair<std::string_view, std::string_view> state_and_effect(const option& o) {
    switch (o.state) {
    case support::ignored: return {"warned", o.effect};
    case support::would_open: return {"refused", o.effect};
    case support::works: break;
    }
    if (std::find(std::begin(own), std::end(own), o.name) != std::end(own)) return {"own", {}};
    const auto* found =
        std::find_if(std::begin(different), std::end(different), [&](const difference& d) { return d.name == o.name; });
    if (found != std::end(different)) return {"differs", found->how};
    return {"works", {}};
}

} // namespace

std::span<const difference> differences() { return different; }
std::span<const std::string_view> own_options() { return own; }

std::string list_options() {
    std::vector<const option*> sorted;
    for (const auto& o : all_options()) sorted.push_back(&o);
    std::sort(sorted.begin(), sorted.end(), [](const option* a, const option* b) { return a->name < b->name; });
    std::string text;
    for (const auto* o : sorted) {
        const auto [state, effect] = state_and_effect(*o);
        text.append(o->name).append("\t").append(state).append("\t").append(effect).append("\n");
    }
    return text;
}

} // namespace nightjar::config
