// The plugin's part of REST. What is asked for by name is read here; status.cpp, requests.cpp, pause.cpp and
// history.cpp answer.
#include "broker/plugins/sensors/sensors.hpp"

namespace nightjar::plugins::sensors {

using nightjar::plugin::http_answer;
using nightjar::plugin::http_request;

namespace {

std::optional<http_answer> found(std::optional<std::string> body) {
    return body ? std::optional(http_answer{200, std::move(*body)}) : std::nullopt;
}

// What stands in the place of "{}"; nothing: another path.
std::optional<std::string_view> parameter_of(std::string_view pattern, std::string_view path) {
    constexpr std::string_view place = "{}";
    const auto begin = pattern.find(place);
    if (begin == std::string_view::npos) return pattern == path ? std::optional(std::string_view()) : std::nullopt;
    const auto behind = pattern.substr(begin + place.size());
    if (path.size() <= begin + behind.size() || !path.starts_with(pattern.substr(0, begin)) || !path.ends_with(behind))
        return std::nullopt;
    const auto parameter = path.substr(begin, path.size() - begin - behind.size());
    return parameter.find('/') == std::string_view::npos ? std::optional(parameter) : std::nullopt;
}

} // namespace

std::span<const sensors::http_route> sensors::http_routes() {
    using request = http_request;
    using answer = std::optional<http_answer>;
    using id = std::string_view;
    static constexpr http_route routes[] = {
        {"GET", "/incident/status",
         [](sensors& s, const request&, id) -> answer { return found(s.incident_status_json()); }},
        {"GET", "/mqtt/status", [](sensors& s, const request&, id) -> answer { return found(s.status_json()); }},
        {"GET", "/api/v1/notifications",
         [](sensors& s, const request& r, id) -> answer { return s.notifications(r.query); }},
        {"GET", "/api/v1/ingest/rejected",
         [](sensors& s, const request&, id) -> answer { return found(s.rejected_json()); }},
        {"GET", "/metrics", [](sensors& s, const request&, id) -> answer { return found(s.metrics_text()); }},
        {"GET", "fed-by", [](sensors& s, const request& r, id) -> answer { return found(s.fed_by_json(r.query)); }},
        {"GET", "/api/monitoring/sensors/{}/thresholds",
         [](sensors& s, const request&, id which) -> answer { return found(s.thresholds_json(which)); }},
        {"GET", "/api/monitoring/sensors/{}/live",
         [](sensors& s, const request&, id which) -> answer { return found(s.live_json(which)); }},
        {"POST", "/mqtt/connect", [](sensors& s, const request& r, id) -> answer { return s.resume(r.body); }},
        {"POST", "/mqtt/disconnect", [](sensors& s, const request& r, id) -> answer { return s.pause(r.body); }},
        {"POST", "/api/v1/measurements", [](sensors& s, const request& r, id) -> answer { return s.take_history(r); }},
        {"POST", "/api/v1/alerts/test",
         [](sensors& s, const request&, id) -> answer { return s.pass_on("test", {}, {}); }},
        {"POST", "/api/monitoring/incidents",
         [](sensors& s, const request& r, id) -> answer { return s.pass_on("create", r.body, {}); }},
        {"POST", "/api/monitoring/incidents/{}/ack",
         [](sensors& s, const request& r, id which) -> answer { return s.pass_on("ack", r.body, which); }},
        {"POST", "/api/monitoring/incidents/{}/close",
         [](sensors& s, const request& r, id which) -> answer { return s.pass_on("close", r.body, which); }},
        {"POST", "/api/monitoring/incidents/{}/comment",
         [](sensors& s, const request& r, id which) -> answer { return s.pass_on("comment", r.body, which); }},
        {"POST", "/incident/update", [](sensors& s, const request& r, id) -> answer { return s.update_incident(r); }},
        {"POST", "/mqtt/publish/incident/{}",
         [](sensors& s, const request&, id which) -> answer { return s.republish(which); }},
    };
    return routes;
}

std::optional<http_answer> sensors::on_http(const http_request& request) {
    for (const auto& route : http_routes()) {
        if (route.method != request.method) continue;
        if (const auto id = parameter_of(route.pattern, request.path)) return route.answer(*this, request, *id);
    }
    return std::nullopt;
}

} // namespace nightjar::plugins::sensors
