#include "web/query.hpp"

#include "web/text.hpp"

namespace nightjar::web {

std::optional<query_parameters> query_parameters::parse(std::string_view raw) {
    query_parameters result;
    while (!raw.empty()) {
        const auto end = raw.find('&');
        const auto item = raw.substr(0, end);
        raw.remove_prefix(end == std::string_view::npos ? raw.size() : end + 1);
        if (item.empty()) continue;
        const auto equals = item.find('=');
        auto name = percent_decode(item.substr(0, equals), plus_sign::space);
        auto value = percent_decode(equals == std::string_view::npos ? std::string_view{} : item.substr(equals + 1),
                                    plus_sign::space);
        if (!name || !value) return std::nullopt;
        result.items_.emplace_back(std::move(*name), std::move(*value));
    }
    return result;
}

std::optional<std::string_view> query_parameters::find(std::string_view name) const {
    for (const auto& [key, value] : items_)
        if (key == name) return value;
    return std::nullopt;
}

std::string query_parameters::with(std::string_view name, std::string_view value) const {
    std::string result;
    for (const auto& [key, kept] : items_)
        if (key != name) result += percent_encode(key) + '=' + percent_encode(kept) + '&';
    return result + percent_encode(name) + '=' + percent_encode(value);
}

} // namespace nightjar::web
