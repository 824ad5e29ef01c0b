#include "broker/plugins/sensors/commands.hpp"

#include "broker/codec/topic.hpp"
#include "broker/text/json_number.hpp"
#include "broker/text/json_parser.hpp"

#include <cmath>

namespace nightjar::plugins::sensors {

namespace json = boost::json;

namespace {

constexpr std::size_t largest_payload = 16'384, longest_text = 500;

struct action_name {
    std::string_view name;
    action kind;
};
constexpr action_name names[] = {
    {"create", action::create}, {"ack", action::acknowledge}, {"acknowledge", action::acknowledge},
    {"close", action::close},   {"resolve", action::close},   {"comment", action::comment},
    {"test", action::test}};

// Not there, or null: stays empty. False: not a text, or too long.
bool read_text(const json::object& from, std::string_view name, std::string& into) {
    const auto* given = from.if_contains({name.data(), name.size()});
    if (given == nullptr || given->is_null()) return true;
    const auto* text = given->if_string();
    if (text == nullptr || text->size() > longest_text || !codec::valid_utf8({text->data(), text->size()}))
        return false;
    into.assign(text->data(), text->size());
    return true;
}

// 0: none, or not a whole number above 0.
std::uint32_t read_id(const json::object& from, std::string_view name) {
    const auto* given = from.if_contains({name.data(), name.size()});
    const auto number = given == nullptr ? std::nullopt : text::number_of(*given);
    constexpr double largest = 4'294'967'295.0;
    if (!number || *number < 1 || *number > largest || *number != std::floor(*number)) return 0;
    return static_cast<std::uint32_t>(*number);
}

} // namespace

command_result parse_command(codec::bytes payload) {
    if (payload.size() > largest_payload) return {};
    boost::system::error_code error;
    const auto document = text::parse_json(payload, error);
    const auto* object = error ? nullptr : document.if_object();
    const auto* given = object == nullptr ? nullptr : object->if_contains("action");
    if (given == nullptr) return {};
    const auto* name = given->if_string();
    command result;
    bool known = false;
    for (const auto& n : names) {
        if (name == nullptr || n.name != std::string_view(name->data(), name->size())) continue;
        result.kind = n.kind;
        known = true;
    }
    if (!known) return {{}, "unknown_action"};
    for (auto& [key, into] :
         {std::pair("reason", &result.reason), std::pair("by", &result.by), std::pair("comment", &result.comment)})
        if (!read_text(*object, key, *into)) return {{}, "bad_text"};
    result.incident = read_id(*object, "incident_id");
    result.sensor = read_id(*object, "sensor");
    if (result.kind == action::create) {
        if (result.sensor == 0) return {{}, "bad_sensor_id"};
        if (result.reason.empty()) result.reason = "reported";
    } else if (result.kind != action::test && result.incident == 0) {
        return {{}, "unknown_incident"};
    }
    if (result.kind == action::comment && result.comment.empty()) return {{}, "no_comment"};
    return {std::move(result), {}};
}

} // namespace nightjar::plugins::sensors
