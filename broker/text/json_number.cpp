#include "broker/text/json_number.hpp"

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <string>

namespace nightjar::text {

std::optional<double> parse_number(std::string_view text) {
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (text.empty() || end != text.data() + text.size()) return std::nullopt;
    // from_chars does not say which end of the range it was.
    if (error == std::errc::result_out_of_range)
        number = std::strtod(std::string(text).c_str(), nullptr);
    else if (error != std::errc{})
        return std::nullopt;
    return std::isfinite(number) ? std::optional(number) : std::nullopt;
}

std::optional<std::uint32_t> parse_id(std::string_view text) {
    std::uint32_t id = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
    if (error != std::errc{} || end != text.data() + text.size() || id == 0) return std::nullopt;
    return id;
}

std::optional<double> number_of(const boost::json::value& value) {
    if (const auto* text = value.if_string()) return parse_number({text->data(), text->size()});
    if (!value.is_number()) return std::nullopt;
    const auto number = value.to_number<double>();
    return std::isfinite(number) ? std::optional(number) : std::nullopt;
}

} // namespace nightjar::text
