#include "web/application.hpp"

#include "broker/admin/administrator.hpp"
#include "web/access.hpp"
#include "web/header_value.hpp"
#include "web/login.hpp"
#include "web/routes/publisher.hpp"
#include "web/routes/routes.hpp"

#include <chrono>
#include <exception>

#include <fmt/format.h>

namespace nightjar::web {

namespace {

bool reads(std::string_view method) { return method == "GET" || method == "HEAD"; }

response not_allowed(const std::string& allow) {
    response answer = error_response(405, "method_not_allowed", "This path does not take this method.");
    answer.fields.emplace_back("Allow", allow);
    return answer;
}

// Clients of POST /publish look at "code", so errors from before the route carry it too.
response error_for(const request& what, unsigned status, std::string_view name, std::string_view detail) {
    return what.path == "/publish" ? publish_error(status, name, detail) : error_response(status, name, detail);
}

response unauthorized(const request& what) {
    response answer = error_for(what, 401, "unauthorized",
                                what.authorization.empty() ? "This listener wants a user name and a password."
                                                           : "User name or password is wrong.");
    answer.fields.emplace_back("WWW-Authenticate", "Basic realm=\"nightjar\", charset=\"UTF-8\"");
    return answer;
}

// Also answers a browser's preflight (CORS); the Access-Control-Allow-Origin that makes it count is added for
// listed origins alone.
response show_methods(const std::string& allow) {
    response answer;
    answer.status = 204;
    answer.fields = {{"Allow", allow.empty() ? "GET, HEAD, OPTIONS" : allow + ", OPTIONS"},
                     {"Access-Control-Allow-Methods", "GET, HEAD, POST, PATCH, DELETE"},
                     {"Access-Control-Allow-Headers", "Authorization, Content-Type, If-None-Match"}};
    return answer;
}

void let_listed_origin_read(const request& what, response& answer) {
    if (what.listener->origins.empty()) return;
    answer.fields.emplace_back("Vary", "Origin"); // whoever asked: a cache may not give it to others as it is
    if (relation_of(what.origin, what.host, *what.listener) != origin_relation::listed) return;
    answer.fields.emplace_back("Access-Control-Allow-Origin", what.origin);
    // Of what we send, all that its scripts may want and browsers show them of their own site alone.
    answer.fields.emplace_back("Access-Control-Expose-Headers",
                               "Allow, ETag, Link, Location, Retry-After, X-Total-Count");
}

} // namespace

application::application(const config::configuration& conf, admin::administrator& admin, const tables& stored,
                         log::logger& log, const server_options& options, site_of site)
    : conf_(conf), admin_(admin), stored_(stored), log_(log), options_(options), site_(std::move(site)) {
    add_sensor_routes(routes_, stored_, admin_);
    add_sensor_change_routes(routes_, stored_, admin_, options_.publish_deadline);
    add_measurement_routes(routes_, stored_, options_.reading_time);
    add_series_routes(routes_, stored_);
    add_old_dashboard_routes(routes_, stored_);
    add_incident_routes(routes_, stored_);
    add_publish_route(routes_, admin_, options_.publish_deadline);
    add_sensor_publish_routes(routes_, admin_, options_.publish_deadline);
    add_system_routes(routes_, conf_, admin_);
    add_ingestion_routes(routes_, admin_, options_.publish_deadline);
    add_history_route(routes_, admin_, options_.publish_deadline);
    add_metrics_route(routes_, admin_);
    add_retained_routes(routes_, admin_, options_.publish_deadline);
    add_acl_route(routes_, conf_, admin_);
    add_client_routes(routes_, stored_, admin_, options_.publish_deadline);
    add_reload_routes(routes_, admin_, options_.publish_deadline);
    add_trace_route(routes_, admin_, options_.publish_deadline);
    add_openapi_route(routes_);
}

answer application::respond(request& what) {
    if (auto refused = refusal(what)) co_return std::move(*refused);
    response result;
    try {
        result = co_await route(what);
    } catch (const std::exception& fault) {
        log_.error("Error: {} {} from {}: {}", what.method, what.path, what.address, fault.what());
        result = error_response(500, "internal", "The request failed; the log says why.");
    }
    let_listed_origin_read(what, result);
    co_return result;
}

std::optional<response> application::refusal(const request& what) const {
    if (!host_allowed(what.host, *what.listener, what.bound_to_loopback))
        return error_for(what, 421, "misdirected", "This listener is not known under the name in Host.");
    const auto origin = relation_of(what.origin, what.host, *what.listener, conf_.listeners);
    if (origin == origin_relation::foreign || cross_site_write(what.method, what.fetch_site, origin))
        return error_for(what, 403, "foreign_origin", "Pages of other sites may not do this.");
    return std::nullopt;
}

std::optional<response> application::upgrade_refusal(const request& what, std::string_view protocols) const {
    if (what.listener->protocol != config::listener_protocol::websockets)
        return bad_request("no_websockets", "This listener does not speak WebSockets.");
    if (what.method != "GET" || what.version < 11)
        return bad_request("bad_upgrade", "A WebSocket begins with a GET of HTTP/1.1.");
    if (!list_contains(protocols, "mqtt") && !list_contains(protocols, "mqttv3.1"))
        return bad_request("bad_subprotocol", "Sec-WebSocket-Protocol has to name mqtt."); // [MQTT-6.0.0-3]
    return refusal(what);
}

response application::body_too_large(const request& what) const {
    return error_for(what, 413, "too_large",
                     fmt::format("The body is over the limit of {} bytes.", options_.body_limit));
}

// Before the password is looked at, which is work too. Those on this machine's sockets have no address.
std::optional<response> application::too_often(const request& what) {
    if (conf_.http_request_rate == 0 || !what.counts || what.address.empty()) return std::nullopt;
    const auto wait = rate_.take(what.address, conf_.http_request_rate, std::chrono::steady_clock::now());
    if (!wait) return std::nullopt;
    auto refused = error_for(what, 429, "too_many_requests",
                             fmt::format("This address asks more than {} times a second.", conf_.http_request_rate));
    refused.fields.emplace_back("Retry-After", std::to_string(std::chrono::ceil<std::chrono::seconds>(*wait).count()));
    return refused;
}

answer application::route(request& what) {
    auto found = routes_.find(what.method, what.path);
    what.parameters = std::move(found.parameters);
    if (what.method == "OPTIONS") co_return show_methods(found.allow);

    const auto site = site_(*what.listener); // a reload may bring others
    const bool file = found.allow.empty() && reads(what.method) && site->contains(what.path);
    if (!file) { // the files hold nothing secret, and cost nothing
        if (!what.listener->mount_point.empty())
            co_return error_for(what, 403, "mounted",
                                "REST shows all topics, and this listener's clients see those below its mount_point "
                                "alone: ask another listener.");
        if (auto refused = too_often(what)) co_return std::move(*refused);
        const auto admission = co_await admit(admin_, what, options_.publish_deadline);
        if (!admission) co_return error_for(what, 503, "timeout", "Nobody could look at the password in time.");
        if (*admission == admin::admission::wants_login) co_return unauthorized(what);
        if (*admission == admin::admission::denied)
            co_return error_for(what, 403, "denied", "The ACL does not let this user read this path.");
    }
    if (found.handle != nullptr) co_return co_await (*found.handle)(what);
    auto result = co_await answer_of_others(what, *site, found.allow);
    result.owner = site;
    co_return result;
}

// Plugins first: they may add a method to a path of ours.
answer application::answer_of_others(const request& what, const static_table& site, const std::string& allow) {
    const std::string_view method = what.method == "HEAD" ? std::string_view("GET") : what.method;
    auto theirs = admin_.http(
        {.method = method, .path = what.path, .query = what.query, .body = what.body, .user_name = what.user_name});
    if (theirs && !theirs->publishes.empty()) co_return co_await publish_first(what, std::move(*theirs));
    if (theirs) co_return json_response(theirs->status, std::move(theirs->body));
    if (!allow.empty()) co_return not_allowed(allow);
    if (!site.contains(what.path)) co_return not_found("There is nothing at this path.");
    co_return reads(what.method) ? site.serve(what) : not_allowed("GET, HEAD");
}

// A plugin's answer that rests on messages: they have the visitor's rights.
answer application::publish_first(const request& what, plugin::http_answer theirs) {
    auto result = json_response(theirs.status, std::move(theirs.body));
    for (auto& m : theirs.publishes) {
        admin::publish_request message;
        message.topic = std::move(m.topic);
        message.payload = std::move(m.payload);
        message.qos = codec::qos::at_least_once;
        message.retain = m.retain;
        message.user_name = what.user_name;
        message.address = what.address;
        message.realm = what.listener->realm;
        auto done = co_await publish_and_wait(admin_, std::move(message), options_.publish_deadline);
        if (auto refused = refusal_of(done)) co_return std::move(*refused);
        auto& report = done->ingest;
        if (report.answer.empty()) continue;
        result = json_response(report.status, std::move(report.answer));
        if (report.status == 201 && !report.incidents.empty())
            result.fields.emplace_back("Location", fmt::format("{}/{}/", what.path, report.incidents.front()));
    }
    co_return result;
}

} // namespace nightjar::web
