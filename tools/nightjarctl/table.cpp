#include "tools/nightjarctl/table.hpp"

#include "broker/text/utf8.hpp"

#include <algorithm>

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

namespace nightjar::ctl {

namespace {

std::size_t width_of(const std::string& text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

} // namespace

std::string format_table(const std::vector<row>& rows) {
    std::vector<std::size_t> widths;
    for (const auto& r : rows)
        for (std::size_t i = 0; i < r.size(); ++i) {
            if (widths.size() <= i) widths.push_back(0);
            widths[i] = std::max(widths[i], width_of(r[i]));
        }
    std::string out;
    for (const auto& r : rows) {
        std::string line;
        for (std::size_t i = 0; i < r.size(); ++i) {
            line += r[i];
            if (i + 1 < r.size()) line.append(widths[i] - width_of(r[i]) + 2, ' ');
        }
        out += line + '\n';
    }
    return out;
}

std::string text_of(const boost::json::object& from, const char* name) {
    const auto* value = from.if_contains(name);
    if (value == nullptr || value->is_null()) return {};
    if (const auto* text = value->if_string()) return {text->data(), text->size()};
    if (value->is_double()) return fmt::format("{}", value->get_double()); // Boost.JSON would write 2.57E0
    return boost::json::serialize(*value);
}

namespace {
// Of the character in front; 0: none.
std::size_t length_of(std::string_view bytes) {
    return static_cast<unsigned char>(bytes[0]) < 0x80 ? 1 : text::utf8_length(bytes);
}
} // namespace

std::string printable(std::string_view text, std::size_t width) {
    std::string out;
    std::size_t characters = 0;
    while (!text.empty()) {
        const auto length = std::max<std::size_t>(length_of(text), 1);
        if (++characters > width) return out + "\u2026";
        const auto first = static_cast<unsigned char>(text[0]);
        const bool control = first < 0x20 || first == 0x7F || (length == 1 && first >= 0x80) ||
                             (first == 0xC2 && static_cast<unsigned char>(text[1]) < 0xA0); // C1
        for (const char c : text.substr(0, length))
            control ? out += fmt::format("\\x{:02X}", static_cast<unsigned char>(c)) : out += c;
        text.remove_prefix(length);
    }
    return out;
}

} // namespace nightjar::ctl
