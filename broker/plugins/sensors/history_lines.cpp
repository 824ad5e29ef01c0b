#include "broker/plugins/sensors/history_lines.hpp"

#include "broker/codec/topic.hpp"
#include "broker/text/json_number.hpp"
#include "broker/text/json_parser.hpp"
#include "broker/text/time.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <initializer_list>
#include <limits>
#include <optional>

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

namespace nightjar::plugins::sensors {

namespace json = boost::json;

namespace {

constexpr std::int64_t day_ms = 86'400'000;
constexpr std::size_t longest_line = 400'000; // bytes
// The broker takes type and device from a topic, which may be one level, and the name from both.
constexpr std::size_t longest_text = 200, longest_topic = 65'535, longest_name = 2 * longest_topic;

struct refusal {
    std::string_view error;
    std::string detail;
};

// Null counts as missing, and so does an empty text: CSV has no other way to say it.
const json::value* find(const json::object& from, std::initializer_list<std::string_view> names) {
    for (const auto name : names) {
        const auto* given = from.if_contains({name.data(), name.size()});
        if (given == nullptr || given->is_null()) continue;
        if (const auto* text = given->if_string(); text != nullptr && text->empty()) continue;
        return given;
    }
    return nullptr;
}

// As it stands in the line, but not all of a long one.
std::string shown(const json::value& given) {
    constexpr std::size_t enough = 60;
    auto text = json::serialize(given);
    if (text.size() > enough) text.replace(enough, std::string::npos, "...");
    return text;
}

std::optional<double> whole_number(const json::value& given, double least, double largest) {
    const auto number = text::number_of(given);
    return number && *number >= least && *number <= largest && *number == std::floor(*number) ? number : std::nullopt;
}

std::optional<std::int64_t> time_of(const json::value& given) {
    if (const auto* text = given.if_string()) return text::parse_time({text->data(), text->size()});
    const auto number = text::number_of(given);
    return number ? text::parse_time(fmt::format("{}", *number)) : std::nullopt;
}

std::optional<refusal> read_sensor_id(const json::object& from, storage::sensor_id& into) {
    const auto* given = find(from, {"sensor", "sensor_id"});
    if (given == nullptr) return refusal{"no_sensor", "sensor, the number of one, is missing."};
    const auto id = whole_number(*given, 1, std::numeric_limits<storage::sensor_id>::max());
    if (!id) return refusal{"bad_sensor_id", fmt::format("sensor {} is not from 1 to 4294967295.", shown(*given))};
    into = static_cast<storage::sensor_id>(*id);
    return std::nullopt;
}

std::optional<refusal> read_value(const json::object& from, double& into) {
    const auto* given = find(from, {"value"});
    if (given == nullptr) return refusal{"no_value", "value is missing."};
    const auto number = text::number_of(*given);
    if (!number) return refusal{"not_a_number", fmt::format("value {} is not a finite number.", shown(*given))};
    into = *number;
    return std::nullopt;
}

// When it arrived at the nightjar that had it before, which is at most a day from its own time.
std::optional<std::int64_t> arrival_of(const json::object& from, std::int64_t time_ms, std::int64_t now_us) {
    const auto* given = find(from, {"id"});
    if (given == nullptr) return std::nullopt;
    const auto id = whole_number(*given, 0, static_cast<double>(now_us));
    if (!id || std::abs(*id / 1000 - static_cast<double>(time_ms)) > static_cast<double>(day_ms)) return std::nullopt;
    return static_cast<std::int64_t>(*id);
}

std::optional<refusal> read_time(const json::object& from, std::int64_t now_us, storage::measurement& into) {
    const auto* given = find(from, {"created_at", "timestamp", "time", "t"});
    if (given == nullptr) return refusal{"no_time", "created_at, the time of the value, is missing."};
    const auto time_ms = time_of(*given);
    if (!time_ms || *time_ms < 0)
        return refusal{"bad_time", fmt::format("created_at {} is neither ISO 8601 with Z or an offset, nor seconds or "
                                               "milliseconds since 1970.",
                                               shown(*given))};
    if (*time_ms > now_us / 1000 + day_ms)
        return refusal{"in_the_future", fmt::format("created_at {} is more than a day ahead.", shown(*given))};
    // Ids are arrivals, and no value of now may come before one of the past.
    into.arrival_us = arrival_of(from, *time_ms, now_us).value_or(std::min(*time_ms * 1000, now_us));
    into.event_offset_ms = static_cast<std::int32_t>(*time_ms - into.arrival_us / 1000);
    return std::nullopt;
}

std::optional<refusal> read_texts(const json::object& from, storage::sensor_record& into) {
    struct field {
        std::string_view name;
        std::string* text;
        std::size_t longest;
    };
    const field fields[] = {{"name", &into.name, longest_name},     {"type", &into.type, longest_topic},
                            {"unit", &into.unit, longest_text},     {"device", &into.device, longest_topic},
                            {"source", &into.source, longest_text}, {"topic", &into.topic, longest_topic}};
    for (const auto& [name, text, longest] : fields) {
        const auto* given = find(from, {name});
        if (given == nullptr) continue;
        const auto* words = given->if_string();
        if (words == nullptr || words->size() > longest || !codec::valid_utf8({words->data(), words->size()}))
            return refusal{"bad_text", fmt::format("{} {} is no UTF-8 of at most {} bytes without control characters.",
                                                   name, shown(*given), longest)};
        text->assign(words->data(), words->size());
    }
    return std::nullopt;
}

std::optional<refusal> read_line(std::string_view text, std::int64_t now_us, history_line& into) {
    if (text.size() > longest_line)
        return refusal{"too_long", fmt::format("The line is longer than {} bytes.", longest_line)};
    boost::system::error_code error;
    const auto document = text::parse_json(text, error);
    const auto* object = error ? nullptr : document.if_object();
    if (object == nullptr) return refusal{"bad_json", "The line is not one JSON object."};
    if (auto no = read_sensor_id(*object, into.sensor.id)) return no;
    if (auto no = read_value(*object, into.value.value)) return no;
    if (auto no = read_time(*object, now_us, into.value)) return no;
    into.value.sensor = into.sensor.id;
    into.sensor.created_ms = into.value.arrival_us / 1000;
    return read_texts(*object, into.sensor);
}

} // namespace

history_lines read_history(std::string_view text, std::int64_t now_us) {
    history_lines result;
    std::uint32_t number = 0;
    while (!text.empty()) {
        const auto end = text.find('\n');
        auto line = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        ++number;
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (line.empty()) continue;
        if (result.taken.size() + result.refused.size() == most_history_lines) {
            result.too_many = true;
            break;
        }
        history_line read;
        read.line = number;
        if (auto no = read_line(line, now_us, read)) {
            result.refused.push_back({number, no->error, std::move(no->detail)});
        } else {
            result.taken.push_back(std::move(read));
        }
    }
    return result;
}

} // namespace nightjar::plugins::sensors
