#include "web/access.hpp"

#include "web/header_value.hpp"

#include <algorithm>
#include <string>

#include <arpa/inet.h>

namespace nightjar::web {

namespace {

// "http://host:port" without its scheme; empty if it has none that we serve.
std::string_view without_scheme(std::string_view origin) {
    for (const std::string_view scheme : {"http://", "https://"})
        if (equals_ignoring_case(origin.substr(0, scheme.size()), scheme)) return origin.substr(scheme.size());
    return {};
}

// "[::1]:9001" -> "::1", "localhost:9001" -> "localhost"
std::string_view without_port(std::string_view host) {
    if (host.starts_with('[')) {
        const auto end = host.find(']');
        return end == std::string_view::npos ? std::string_view{} : host.substr(1, end - 1);
    }
    return host.substr(0, host.find(':'));
}

bool ip_literal(std::string_view name) {
    const std::string text(name);
    unsigned char address[16];
    return inet_pton(AF_INET, text.c_str(), address) == 1 || inet_pton(AF_INET6, text.c_str(), address) == 1;
}

// The same host under the port of another listener that serves pages.
bool page_of_ours(std::string_view origin, std::string_view host, std::span<const config::listener> ours) {
    const auto name = without_port(origin);
    if (name.empty() || !equals_ignoring_case(name, without_port(host))) return false;
    const auto port = origin.substr(origin.rfind(':') + 1); // the name itself where there is no port
    return std::any_of(ours.begin(), ours.end(), [&](const config::listener& l) {
        return l.protocol != config::listener_protocol::mqtt && !l.closed && port == std::to_string(l.port);
    });
}

bool lists_any(const config::listener& listener) {
    return std::find(listener.origins.begin(), listener.origins.end(), "*") != listener.origins.end();
}

} // namespace

origin_relation relation_of(std::string_view origin, std::string_view host, const config::listener& listener,
                            std::span<const config::listener> ours) {
    if (origin.empty()) return origin_relation::absent;
    const auto own = without_scheme(origin);
    if (!own.empty() && equals_ignoring_case(own, host)) return origin_relation::own;
    if (page_of_ours(own, host, ours)) return origin_relation::own;
    if (lists_any(listener)) return origin_relation::listed;
    for (const auto& allowed : listener.origins)
        if (equals_ignoring_case(origin, allowed)) return origin_relation::listed;
    return origin_relation::foreign;
}

bool host_allowed(std::string_view host, const config::listener& listener, bool bound_to_loopback) {
    if (!bound_to_loopback || lists_any(listener)) return true;
    if (host.empty()) return true; // HTTP/1.0; no browser does that
    const auto name = without_port(host);
    if (equals_ignoring_case(name, "localhost") || ip_literal(name)) return true;
    if (equals_ignoring_case(name, listener.bind_address)) return true;
    return std::any_of(listener.origins.begin(), listener.origins.end(), [&](const std::string& origin) {
        return equals_ignoring_case(name, without_port(without_scheme(origin)));
    });
}

bool cross_site_write(std::string_view method, std::string_view fetch_site, origin_relation origin) {
    if (origin != origin_relation::absent || fetch_site.empty()) return false;
    if (method == "GET" || method == "HEAD" || method == "OPTIONS") return false;
    return !equals_ignoring_case(fetch_site, "same-origin") && !equals_ignoring_case(fetch_site, "none");
}

bool anonymous_allowed(const config::configuration& conf, const config::listener& listener) {
    return listener.allow_anonymous.value_or(conf.allow_anonymous || conf.local_only);
}

} // namespace nightjar::web
