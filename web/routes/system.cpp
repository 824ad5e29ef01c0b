#include "broker/admin/administrator.hpp"
#include "web/access.hpp"
#include "web/routes/routes.hpp"
#include "web/text.hpp"

#include <algorithm>

namespace nightjar::web {

namespace {

response show_version(const admin::administrator& admin) { return text_response(std::string(admin.version())); }

// One flat object under the names of the $SYS topics.
response show_systree(const admin::administrator& admin) {
    const admin::statistics stats = admin.stats();
    const std::pair<std::string_view, std::uint64_t> metrics[] = {
        {"$SYS/broker/uptime", stats.uptime_seconds},
        {"$SYS/broker/clients/total", stats.clients_total},
        {"$SYS/broker/clients/maximum", stats.clients_maximum},
        {"$SYS/broker/clients/connected", stats.clients_connected},
        {"$SYS/broker/clients/active", stats.clients_connected},
        {"$SYS/broker/clients/disconnected",
         stats.clients_total - std::min(stats.clients_total, stats.clients_connected)},
        {"$SYS/broker/clients/inactive", stats.clients_total - std::min(stats.clients_total, stats.clients_connected)},
        {"$SYS/broker/subscriptions/count", stats.subscriptions},
        {"$SYS/broker/retained messages/count", stats.retained},
        {"$SYS/broker/messages/received", stats.messages_received},
        {"$SYS/broker/messages/sent", stats.messages_sent},
        {"$SYS/broker/publish/messages/received", stats.publish_received},
        {"$SYS/broker/publish/messages/sent", stats.publish_sent},
        {"$SYS/broker/publish/messages/dropped", stats.publish_dropped},
        {"$SYS/broker/bytes/received", stats.bytes_received},
        {"$SYS/broker/bytes/sent", stats.bytes_sent},
    };
    json_writer out;
    out.begin_object();
    for (const auto& [name, value] : metrics) out.field(name, value);
    return json_response(200, out.end_object().take());
}

std::string_view name_of(config::listener_protocol protocol) {
    switch (protocol) {
    case config::listener_protocol::mqtt: return "mqtt";
    case config::listener_protocol::websockets: return "websockets";
    case config::listener_protocol::http_api: return "httpapi";
    }
    return "unknown";
}

response show_listeners(const config::configuration& conf) {
    json_writer out;
    out.begin_object().key("listeners").begin_array();
    for (const auto& listener : conf.listeners) {
        out.begin_object().field("port", listener.port).field("protocol", name_of(listener.protocol));
        out.field("tls", false).field("mtls", false); // no listener speaks TLS yet
        out.field("allow_anonymous", anonymous_allowed(conf, listener)).end_object();
    }
    return json_response(200, out.end_array().end_object().take());
}

} // namespace

void add_system_routes(router& routes, const config::configuration& conf, admin::administrator& admin) {
    routes.add("GET", "/api/v1/version", at_once([&admin](const request&) { return show_version(admin); }));
    routes.add("GET", "/api/v1/systree", at_once([&admin](const request&) { return show_systree(admin); }));
    routes.add("GET", "/api/v1/listeners", at_once([&conf](const request&) { return show_listeners(conf); }));
}

} // namespace nightjar::web
