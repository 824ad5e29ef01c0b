#include "tools/nightjarctl/table.hpp"

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

} // namespace nightjar::ctl
