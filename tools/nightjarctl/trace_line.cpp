#include "tools/nightjarctl/trace_line.hpp"

#include <algorithm>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace nightjar::ctl {

namespace {

namespace json = boost::json;

std::string text_of(const json::object& line, std::string_view name) {
    const auto* found = line.if_contains(boost::json::string_view(name.data(), name.size()));
    if (found == nullptr || !found->is_string()) return {};
    return {found->get_string().data(), found->get_string().size()};
}

// A terminal obeys what stands bare: only plain words do.
std::string shown(const json::value& value) {
    if (value.is_string()) {
        std::string text(value.get_string().data(), value.get_string().size());
        const bool plain = !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
            return static_cast<unsigned char>(c) > ' ' && c != '"' && c != '=' && c != '\x7F';
        });
        if (plain) return text;
    }
    return json::serialize(value);
}

} // namespace

std::string describe_trace(std::string_view text) {
    boost::system::error_code error;
    const auto parsed = json::parse(boost::json::string_view(text.data(), text.size()), error);
    const auto* line = error ? nullptr : parsed.if_object();
    if (line == nullptr) return std::string(text);
    const auto time = text_of(*line, "time"), event = text_of(*line, "event"), direction = text_of(*line, "direction");
    std::string out = time.size() > 12 ? time.substr(11, time.size() - 12) : time; // without date and Z
    const auto* client = line->if_contains("client");
    out += ' ' + (client == nullptr ? std::string("-") : shown(*client));
    out += direction == "in" ? " -> " : direction == "out" ? " <- " : " ** ";
    out += event == "packet" ? text_of(*line, "packet") : event;
    for (const auto& member : *line) {
        const std::string name(member.key().data(), member.key().size());
        constexpr std::string_view above[] = {"time", "event", "client", "direction", "packet"};
        if (std::find(std::begin(above), std::end(above), name) != std::end(above)) continue;
        out += ' ' + name + '=' + shown(member.value());
    }
    return out;
}

} // namespace nightjar::ctl
