#include "web/router.hpp"

#include <algorithm>
#include <optional>

namespace nightjar::web {

namespace {

std::vector<std::string> split(std::string_view path) {
    std::vector<std::string> segments;
    while (path.starts_with('/')) {
        path.remove_prefix(1);
        const auto end = std::min(path.find('/'), path.size());
        segments.emplace_back(path.substr(0, end));
        path.remove_prefix(end);
    }
    return segments;
}

std::string joined(const std::vector<std::string>& path, std::size_t from) {
    std::string rest = path[from];
    for (std::size_t i = from + 1; i < path.size(); ++i) rest.append("/").append(path[i]);
    return rest;
}

std::optional<std::vector<std::string>> parameters_of(const std::vector<std::string>& pattern,
                                                      const std::vector<std::string>& path) {
    const bool open = !pattern.empty() && pattern.back() == "{...}";
    if (open ? path.size() < pattern.size() : path.size() != pattern.size()) return std::nullopt;
    std::vector<std::string> parameters;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (open && i + 1 == pattern.size()) {
            parameters.push_back(joined(path, i));
            break;
        }
        if (pattern[i] == "{}" && !path[i].empty()) {
            parameters.push_back(path[i]);
        } else if (pattern[i] != path[i]) {
            return std::nullopt;
        }
    }
    return parameters;
}

} // namespace

handler at_once(std::function<response(const request&)> handle) {
    return [handle = std::move(handle)](const request& what) -> answer { co_return handle(what); };
}

void router::add(std::string method, std::string_view pattern, handler handle) {
    routes_.push_back({std::move(method), split(pattern), std::move(handle)});
}

std::vector<router::place> router::list() const {
    std::vector<place> all;
    for (const auto& route : routes_) all.push_back({route.method, '/' + joined(route.segments, 0)});
    return all;
}

router::match router::find(std::string_view method, std::string_view path) const {
    match found;
    const auto segments = split(path);
    const auto wanted = method == "HEAD" ? std::string_view("GET") : method;
    for (const auto& route : routes_) {
        auto parameters = parameters_of(route.segments, segments);
        if (!parameters) continue;
        if (!found.allow.empty()) found.allow += ", ";
        found.allow += route.method == "GET" ? "GET, HEAD" : route.method;
        if (route.method != wanted || found.handle != nullptr) continue;
        found.handle = &route.handle;
        found.parameters = std::move(*parameters);
    }
    return found;
}

} // namespace nightjar::web
