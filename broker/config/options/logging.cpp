#include "broker/config/options/sections.hpp"

#include "broker/config/options/make.hpp"
#include "broker/config/values.hpp"

#include <algorithm>
#include <utility>

namespace nightjar::config {

namespace {

struct log_name {
    std::string_view name;
    std::uint32_t levels;
};
constexpr std::uint32_t bit(log_level l) { return 1U << static_cast<unsigned>(l); }
constexpr std::uint32_t every_level = 0xFF;
constexpr log_name log_names[] = {
    {"error", bit(log_level::error)},
    {"warning", bit(log_level::warning)},
    {"notice", bit(log_level::notice)},
    {"information", bit(log_level::information)},
    {"debug", bit(log_level::debug)},
    {"subscribe", bit(log_level::subscribe)},
    {"unsubscribe", bit(log_level::unsubscribe)},
    {"websockets", bit(log_level::websockets)},
    {"internal", 0},
    {"all", every_level},
};

void apply_log_type(reading& at, std::string_view value) {
    auto& levels = at.result.conf.log.levels;
    if (!std::exchange(at.log_type_seen, true)) levels = 0; // the first line replaces the defaults
    const auto word = first_word(value);
    if (word == "none") {
        levels = 0;
        return;
    }
    const auto* found =
        std::find_if(std::begin(log_names), std::end(log_names), [&](const log_name& n) { return n.name == word; });
    if (found == std::end(log_names)) return wrong_value(at, "log_type", value, "unknown type");
    levels |= found->levels;
}

void apply_log_dest(reading& at, std::string_view value) {
    auto& list = at.result.conf.log.destinations;
    if (!std::exchange(at.log_dest_seen, true)) list.clear();
    const auto word = first_word(value);
    using kind = log_destination_kind;
    if (word == "none") {
        list.clear();
    } else if (word == "stderr") {
        list.push_back({kind::standard_error, {}});
    } else if (word == "stdout") {
        list.push_back({kind::standard_output, {}});
    } else if (word == "syslog") {
        list.push_back({kind::syslog, {}});
    } else if (word == "topic") {
        list.push_back({kind::topic, {}});
    } else if (word == "file") {
        const auto path = trim(value.substr(word.size()));
        if (path.empty()) return wrong_value(at, "log_dest", value, "a path must follow file");
        list.push_back({kind::file, std::string(path)});
    } else {
        wrong_value(at, "log_dest", value, "none, stdout, stderr, syslog, topic or file PATH is wanted");
    }
}

void apply_log_format(reading& at, std::string_view value) {
    const auto word = first_word(value);
    if (word == "text" || word == "json") {
        at.result.conf.log.format = word == "json" ? log_format::json : log_format::text;
    } else {
        wrong_value(at, "log_format", value, "text or json is wanted");
    }
}

void apply_log_facility(reading& at, std::string_view value) {
    constexpr int local0 = 16;
    const auto v = parse_integer(value);
    if (!v || *v < 0 || *v > 7) return wrong_value(at, "log_facility", value, "0 to 7 (local0 to local7) is wanted");
    at.result.conf.log.facility = local0 + static_cast<int>(*v);
}

apply log_flag(std::string_view name, bool logging::*member) {
    return [name, member](reading& at, std::string_view value) {
        if (const auto v = parse_bool(value)) {
            at.result.conf.log.*member = *v;
        } else {
            wrong_value(at, name, value, "true or false is wanted");
        }
    };
}

} // namespace

void add_logging_options(std::vector<option>& t) {
    t.push_back(works("log_dest", apply_log_dest));
    t.push_back(works("log_type", apply_log_type));
    t.push_back(works("log_format", apply_log_format));
    t.push_back(works("log_facility", apply_log_facility));
    t.push_back(works("log_timestamp", log_flag("log_timestamp", &logging::timestamp)));
    t.push_back(works("connection_messages", log_flag("connection_messages", &logging::connection_messages)));
    t.push_back(
        once("log_timestamp_format", [](reading& at, std::string_view v) { at.result.conf.log.timestamp_format = v; }));
}

} // namespace nightjar::config
