#include "broker/text/json_number.hpp"

#include <charconv>
#include <cmath>

namespace nightjar::text {

std::optional<double> parse_number(std::string_view text) {
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size() || !std::isfinite(number))
        return std::nullopt;
    return number;
}

std::optional<double> number_of(const boost::json::value& value) {
    if (const auto* text = value.if_string()) return parse_number({text->data(), text->size()});
    if (!value.is_number()) return std::nullopt;
    const auto number = value.to_number<double>();
    return std::isfinite(number) ? std::optional(number) : std::nullopt;
}

} // namespace nightjar::text
