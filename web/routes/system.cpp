#include "broker/admin/administrator.hpp"
#include "broker/plugin/system_topics.hpp"
#include "web/access.hpp"
#include "web/routes/routes.hpp"
#include "web/text.hpp"

namespace nightjar::web {

namespace {

response show_version(const admin::administrator& admin) { return text_response(std::string(admin.version())); }

// One flat object: the whole numbers of $SYS, under their topics.
response show_systree(const admin::administrator& admin) {
    const admin::statistics now = admin.stats();
    json_writer out;
    out.begin_object();
    const auto add = [&out](std::string_view below, std::uint64_t value) {
        out.field(std::string(plugin::system_prefix).append(below), value);
    };
    add("uptime", now.uptime_seconds());
    for (const auto table : {plugin::mosquitto_topics(), plugin::own_topics()}) {
        for (const auto& t : table) {
            add(t.name, t.value(now));
            if (!t.alias.empty()) add(t.alias, t.value(now));
        }
    }
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
        if (listener.closed) continue;
        out.begin_object().field("port", listener.port).field("protocol", name_of(listener.protocol));
        out.field("tls", listener.tls.given).field("mtls", listener.tls.require_certificate);
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
