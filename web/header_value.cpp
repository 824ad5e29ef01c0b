#include "web/header_value.hpp"

#include <algorithm>

namespace nightjar::web {

namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string_view trim(std::string_view text) {
    constexpr std::string_view blank = " \t";
    const auto begin = text.find_first_not_of(blank);
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(blank) - begin + 1);
}

// "gzip;q=0.000" is a refusal.
bool has_zero_weight(std::string_view element) {
    auto semicolon = element.find(';');
    while (semicolon != std::string_view::npos) {
        element.remove_prefix(semicolon + 1);
        semicolon = element.find(';');
        auto parameter = trim(element.substr(0, semicolon));
        if (parameter.size() < 2 || lower(parameter[0]) != 'q' || parameter[1] != '=') continue;
        return parameter.substr(2).find_first_not_of("0.") == std::string_view::npos;
    }
    return false;
}

} // namespace

bool equals_ignoring_case(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

std::vector<std::string_view> list_elements(std::string_view value) {
    std::vector<std::string_view> elements;
    while (!value.empty()) {
        const auto comma = value.find(',');
        if (const auto element = trim(value.substr(0, comma)); !element.empty()) elements.push_back(element);
        value.remove_prefix(comma == std::string_view::npos ? value.size() : comma + 1);
    }
    return elements;
}

bool list_contains(std::string_view value, std::string_view token) {
    const auto elements = list_elements(value);
    return std::any_of(elements.begin(), elements.end(),
                       [&](std::string_view element) { return equals_ignoring_case(element, token); });
}

bool accepts_gzip(std::string_view accept_encoding) {
    bool any = false;
    for (const auto element : list_elements(accept_encoding)) {
        const auto coding = trim(element.substr(0, element.find(';')));
        if (equals_ignoring_case(coding, "gzip")) return !has_zero_weight(element);
        if (coding == "*") any = !has_zero_weight(element);
    }
    return any;
}

bool names_entity_tag(std::string_view if_none_match, std::string_view entity_tag) {
    for (auto element : list_elements(if_none_match)) {
        if (element == "*") return true;
        if (element.starts_with("W/")) element.remove_prefix(2);
        if (element == entity_tag) return true;
    }
    return false;
}

} // namespace nightjar::web
