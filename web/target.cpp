#include "web/target.hpp"

#include "web/text.hpp"

#include <algorithm>

namespace nightjar::web {

std::optional<target> parse_target(std::string_view text) {
    target result;
    if (text == "*") { // OPTIONS *
        result.path = "*";
        return result;
    }
    constexpr std::string_view scheme = "http://";
    if (text.starts_with(scheme)) {
        text.remove_prefix(scheme.size());
        const auto end = std::min(text.find_first_of("/?"), text.size());
        if (end == 0) return std::nullopt;
        result.authority = text.substr(0, end);
        text.remove_prefix(end);
        if (text.empty()) text = "/";
    }
    if (!text.starts_with('/')) return std::nullopt;
    const auto question = text.find('?');
    if (question != std::string_view::npos) result.query = text.substr(question + 1);
    auto path = percent_decode(text.substr(0, question));
    if (!path) return std::nullopt;
    result.path = std::move(*path);
    const auto raw = text.substr(0, question); // "%2F" at the end belongs to a name
    if (result.path.size() > 1 && raw.ends_with('/')) result.path.pop_back();
    return result;
}

} // namespace nightjar::web
