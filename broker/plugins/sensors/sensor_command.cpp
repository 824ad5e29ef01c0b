#include "broker/plugins/sensors/sensor_command.hpp"

#include "broker/codec/topic.hpp"
#include "broker/text/json_number.hpp"
#include "broker/text/json_parser.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include <fmt/format.h>

namespace nightjar::plugins::sensors {

namespace json = boost::json;

namespace {

constexpr std::pair<std::string_view, sensor_action> actions[] = {{"create", sensor_action::create},
                                                                  {"change", sensor_action::change},
                                                                  {"remove", sensor_action::remove},
                                                                  {"merge", sensor_action::merge},
                                                                  {"unmerge", sensor_action::unmerge}};

struct refusal {
    std::string error, detail;
};

struct text_member {
    std::string_view name;
    std::optional<std::string> sensor_change::*into;
    std::size_t longest; // bytes
    bool may_be_empty;
};
constexpr text_member texts[] = {{"name", &sensor_change::name, 200, false},
                                 {"type", &sensor_change::type, 64, false},
                                 {"unit", &sensor_change::unit, 32, true},
                                 {"device", &sensor_change::device, 200, true}};

refusal bad_field(std::string detail) { return {"bad_field", std::move(detail)}; }

std::string_view as_text(const json::string& s) { return {s.data(), s.size()}; }

std::optional<refusal> read_text(const text_member& member, const json::value& given, sensor_change& into) {
    const auto* text = given.if_string();
    const bool control = text != nullptr && std::any_of(text->begin(), text->end(), [](char c) {
                             return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
                         });
    if (text == nullptr || control || text->size() > member.longest || (text->empty() && !member.may_be_empty) ||
        !codec::valid_utf8(as_text(*text)))
        return bad_field(fmt::format("{} is a text of {} to {} bytes without control characters.", member.name,
                                     member.may_be_empty ? 0 : 1, member.longest));
    into.*member.into = std::string(as_text(*text));
    return std::nullopt;
}

// null: the configuration's thresholds hold again.
std::optional<refusal> read_thresholds(const json::value& given, sensor_change& into) {
    constexpr double infinite = std::numeric_limits<double>::infinity();
    if (given.is_null()) {
        into.range_of_configuration = true;
        return std::nullopt;
    }
    const auto* object = given.if_object();
    if (object == nullptr) return bad_field("thresholds is an object with min and max, or null.");
    for (const auto& [key, value] : *object) {
        const std::string_view name(key.data(), key.size());
        if (name != "min" && name != "max")
            return refusal{"unknown_field", fmt::format("thresholds has min and max, not {}.", name)};
        const auto number = value.is_null() ? std::nullopt : text::number_of(value);
        if (!value.is_null() && !number)
            return bad_field(fmt::format("thresholds: {} is a number, or null for no bound.", name));
        (name == "min" ? into.min : into.max) = number.value_or(name == "min" ? -infinite : infinite);
    }
    if (into.min && into.max && *into.min > *into.max) return bad_field("thresholds: min is above max.");
    return std::nullopt;
}

std::optional<refusal> read_change(const json::object& from, sensor_change& into) {
    for (const auto& [key, value] : from) {
        const std::string_view name(key.data(), key.size());
        const auto* member =
            std::find_if(std::begin(texts), std::end(texts), [&](const text_member& t) { return t.name == name; });
        std::optional<refusal> refused;
        if (member != std::end(texts)) {
            refused = read_text(*member, value, into);
        } else if (name == "thresholds") {
            refused = read_thresholds(value, into);
        } else {
            refused = {"unknown_field",
                       fmt::format("{} cannot be set; name, type, unit, device and thresholds can.", name)};
        }
        if (refused) return refused;
    }
    return std::nullopt;
}

// 0: none, or not a whole number above 0.
std::uint32_t id_of(const json::value* given) {
    const auto number = given == nullptr ? std::nullopt : text::number_of(*given);
    constexpr double largest = std::numeric_limits<std::uint32_t>::max();
    if (!number || *number < 1 || *number > largest || *number != std::floor(*number)) return 0;
    return static_cast<std::uint32_t>(*number);
}

std::optional<refusal> read_merge(const json::object& from, sensor_command& command) {
    for (const auto& [key, value] : from) {
        const std::string_view name(key.data(), key.size());
        if (name != "into") return refusal{"unknown_field", fmt::format("{} is not known; into is.", name)};
    }
    command.into = id_of(from.if_contains("into"));
    if (command.into == 0) return bad_field("into is the id of a sensor, from 1 to 4294967295.");
    return std::nullopt;
}

} // namespace

sensor_command_result parse_sensor_command(codec::bytes payload) {
    boost::system::error_code error;
    const auto document = text::parse_json(payload, error);
    const auto* object = error ? nullptr : document.if_object();
    if (object == nullptr) return {{}, "bad_json", "The command is not a JSON object."};
    const auto* action = object->if_contains("action");
    const auto* name = action == nullptr ? nullptr : action->if_string();
    sensor_command result;
    const auto known = std::find_if(std::begin(actions), std::end(actions),
                                    [&](const auto& a) { return name != nullptr && a.first == as_text(*name); });
    if (known == std::end(actions))
        return {{}, "unknown_action", "The actions are create, change, remove, merge and unmerge."};
    result.kind = known->second;
    result.sensor = id_of(object->if_contains("sensor"));
    if (result.sensor == 0) return {{}, "bad_field", "id is a whole number from 1 to 4294967295."};
    if (const auto* set = object->if_contains("set")) {
        const auto* members = set->if_object();
        if (members == nullptr) return {{}, "bad_json", "The body is not a JSON object."};
        auto refused =
            result.kind == sensor_action::merge ? read_merge(*members, result) : read_change(*members, result.set);
        if (refused) return {{}, std::move(refused->error), std::move(refused->detail)};
    }
    return {std::move(result), {}, {}};
}

} // namespace nightjar::plugins::sensors
