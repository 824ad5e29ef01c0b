#include "broker/plugins/sensors/options.hpp"

#include "broker/codec/topic.hpp"
#include "broker/config/values.hpp"
#include "broker/plugins/sensors/option_keys.hpp"
#include "broker/plugins/sensors/payload.hpp"
#include "broker/text/json_number.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <set>
#include <type_traits>
#include <utility>

#include <fmt/format.h>

namespace nightjar::plugins::sensors {

namespace {

std::string_view next_word(std::string_view& rest) {
    const auto begin = std::min(rest.find_first_not_of(" \t"), rest.size());
    rest.remove_prefix(begin);
    const auto word = rest.substr(0, rest.find_first_of(" \t"));
    rest.remove_prefix(word.size());
    return word;
}

// `none`: what stands for no bound on this side.
bool parse_bound(std::string_view word, double& bound, double none) {
    if (word == "-") {
        bound = none;
        return true;
    }
    const auto number = text::parse_number(word);
    if (number) bound = *number;
    return number.has_value();
}

key bound(std::string_view name, threshold options::*range, double threshold::*member) {
    return {name, [=](line& l) {
                if (!parse_bound(l.value, l.result.*range.*member, threshold{}.*member))
                    l.wrong("a number is wanted, or - for none");
            }};
}

key topic(std::string_view name, std::string options::*member) {
    return {name, [=](line& l) {
                if (!codec::check_topic_name(l.value)) return l.wrong("a topic without wildcards is wanted");
                l.result.*member = l.value;
            }};
}

template <typename Integer>
key count(std::string_view name, Integer options::*member, double least, double most) {
    return {name, [=](line& l) {
                const auto number = text::parse_number(l.value);
                if (!number || *number < least || *number > most ||
                    *number != static_cast<double>(static_cast<std::int64_t>(*number)))
                    return l.wrong("a whole number is wanted");
                l.result.*member = static_cast<Integer>(*number);
            }};
}

void add_source(options& result, source_rule rule, bool& replaced) {
    if (!std::exchange(replaced, true)) result.sources.clear();
    result.sources.push_back(std::move(rule));
}

// '~' stands in front of 0 or 1 alone, RFC 6901 section 3.
bool is_pointer(std::string_view text) {
    if (!text.starts_with('/') || !codec::valid_utf8(text)) return false;
    for (auto at = text.find('~'); at != std::string_view::npos; at = text.find('~', at + 1))
        if (at + 1 == text.size() || (text[at + 1] != '0' && text[at + 1] != '1')) return false;
    return true;
}

// "/main/temp,temperature,°C": what follows the pointer may be left out.
json_value make_json_value(std::string_view text) {
    const auto next = [&text] {
        const auto part = text.substr(0, text.find(','));
        text.remove_prefix(std::min(part.size() + 1, text.size()));
        return std::string(part);
    };
    json_value result;
    result.pointer = next();
    for (auto rest = result.pointer.substr(result.pointer.rfind('/') + 1); !rest.empty();) {
        const bool escaped = rest.front() == '~';
        result.name += escaped ? (rest[1] == '0' ? '~' : '/') : rest.front();
        rest.erase(0, escaped ? 2 : 1);
    }
    result.type = next();
    if (result.type.empty()) result.type = type_of_category(result.name);
    result.unit = next();
    result.source = "json " + result.pointer;
    return result;
}

// json FILTER value=POINTER[,TYPE[,UNIT]]... [time=POINTER] [name=POINTER]
void apply_json_source(line& l, std::string_view rest, bool& replaced) {
    source_rule rule{format::json, std::string(next_word(rest))};
    if (!codec::check_topic_filter(rule.filter)) return l.wrong("a topic filter must follow the format");
    for (auto word = next_word(rest); !word.empty(); word = next_word(rest)) {
        const auto name = word.substr(0, word.find('='));
        const auto text = word.substr(std::min(name.size() + 1, word.size()));
        if (!is_pointer(name == "value" ? text.substr(0, text.find(',')) : text) ||
            (name != "value" && name != "time" && name != "name"))
            return l.wrong("value=, time= and name= with a JSON pointer as /main/temp are wanted behind the filter");
        if (name == "value") {
            rule.fields.values.push_back(make_json_value(text));
        } else {
            (name == "time" ? rule.fields.time : rule.fields.name) = text;
        }
    }
    if (rule.fields.values.empty()) return l.wrong("value= with a JSON pointer is missing");
    add_source(l.result, std::move(rule), replaced);
}

void apply_source(line& l, bool& replaced) {
    auto rest = l.value;
    const auto name = next_word(rest);
    const auto begin = std::min(rest.find_first_not_of(" \t"), rest.size());
    const auto filter = rest.substr(begin);
    source_rule rule{format::plain, std::string(filter)};
    if (name == "dht11") {
        rule.format = format::dht11;
    } else if (name == "measurement") {
        rule.format = format::measurement;
    } else if (name == "json") {
        return apply_json_source(l, rest, replaced);
    } else if (name != "plain") {
        return l.wrong("the formats are dht11, measurement, plain and json");
    }
    if (!codec::check_topic_filter(filter)) return l.wrong("a topic filter must follow the format");
    const auto levels = 1 + std::count(filter.begin(), filter.end(), '/');
    if (rule.format == format::plain && (levels < 2 || filter.ends_with('#')))
        return l.wrong("plain needs a filter of two levels at least, without #: the last two are place and category");
    if (rule.format == format::dht11 && (levels < 2 || filter.ends_with('#')))
        return l.wrong("dht11 needs a filter of two levels at least, without #: the one before the last is the device");
    add_source(l.result, std::move(rule), replaced);
}

// A type or a sensor's id, into a rule that has both. False: a mistake, which is told.
template <typename Rule>
bool read_whom(line& l, std::string_view whom, Rule& rule) {
    if (const auto id = text::parse_id(whom)) {
        rule.sensor = *id;
    } else if (text::parse_number(whom)) {
        return l.wrong("a sensor is a whole number from 1 to 4294967295"), false;
    } else {
        rule.type = type_of_category(whom);
    }
    return true;
}

void apply_threshold(line& l) {
    auto rest = l.value;
    const auto whom = next_word(rest), min = next_word(rest), max = next_word(rest);
    threshold_rule rule;
    if (whom.empty() || max.empty() || !next_word(rest).empty() || !parse_bound(min, rule.range.min, threshold{}.min) ||
        !parse_bound(max, rule.range.max, threshold{}.max) || rule.range.min > rule.range.max)
        return l.wrong("TYPE-OR-SENSOR MIN MAX is wanted; - stands for no bound");
    if (!read_whom(l, whom, rule)) return;
    l.result.thresholds.push_back(std::move(rule));
}

// [TYPE-OR-SENSOR] NUMBER
template <typename Value>
key of_sensors(std::string_view name, scoped_list<Value> options::*member, double least, double most) {
    return {name, [=](line& l) {
                auto rest = l.value;
                auto whom = next_word(rest), word = next_word(rest);
                if (word.empty()) std::swap(whom, word);
                const auto number = text::parse_number(word);
                const bool whole = std::is_integral_v<Value>;
                if (!next_word(rest).empty() || !number || *number < least || *number > most ||
                    (whole && *number != std::floor(*number)))
                    return l.wrong(
                        fmt::format("a {}number from {} to {} is wanted, behind a type or a sensor's id if it "
                                    "is for those alone",
                                    whole ? "whole " : "", least, most));
                scoped<Value> rule{{}, 0, static_cast<Value>(*number)};
                if (!read_whom(l, whom, rule)) return;
                (l.result.*member).push_back(std::move(rule));
            }};
}

key yes_or_no(std::string_view name, bool options::*member) {
    return {name, [=](line& l) {
                if (l.value != "true" && l.value != "false") return l.wrong("true or false is wanted");
                l.result.*member = l.value == "true";
            }};
}

void apply_state_topic(line& l) {
    if (l.value == "off" || l.value.empty()) {
        l.result.state_topic.clear();
    } else if (!codec::check_topic_name(l.value) || l.value.find("%i") == std::string_view::npos) {
        l.wrong("a topic with %i for the sensor's id is wanted, or off");
    } else {
        l.result.state_topic = l.value;
    }
}

std::vector<key> all_keys(bool& replaced) {
    std::vector<key> keys{
        {"source", [&replaced](line& l) { apply_source(l, replaced); }},
        {"threshold", apply_threshold},
        bound("temp_min", &options::temperature, &threshold::min),
        bound("temp_max", &options::temperature, &threshold::max),
        bound("hum_min", &options::humidity, &threshold::min),
        bound("hum_max", &options::humidity, &threshold::max),
        topic("topic_incidents", &options::topic_incidents),
        topic("topic_alerts", &options::topic_alerts),
        topic("topic_status", &options::topic_status),
        {"state_topic", apply_state_topic},
        {"client_id", [](line& l) { l.result.client_id = l.value; }},
        {"log_topic",
         [](line& l) {
             if (!codec::check_topic_filter(l.value)) return l.wrong("a topic filter is wanted");
             l.result.log_topics.emplace_back(l.value);
         }},
        count("auto_id_start", &options::auto_id_start, 1, 4'000'000'000.0),
        count("max_sensors", &options::max_sensors, 1, 10'000'000),
        count("max_clock_skew", &options::max_clock_skew, 0, 86'400),
        yes_or_no("auto_create", &options::auto_create),
        of_sensors("hysteresis", &options::hysteresis, 0, 1e9),
        of_sensors("open_after", &options::open_after, 1, 1'000'000),
        of_sensors("close_after", &options::close_after, 1, 1'000'000),
        of_sensors("offline_after", &options::offline_after, 0, 31'536'000),
        yes_or_no("auto_close", &options::auto_close),
        count("reminder", &options::reminder, 0, 31'536'000),
        count("escalate_after", &options::escalate_after, 0, 31'536'000),
        yes_or_no("homeassistant", &options::homeassistant),
        topic("homeassistant_prefix", &options::homeassistant_prefix),
        {"sync",
         [](line& l) {
             if (l.value != "async" && l.value != "commit") return l.wrong("commit or async is wanted");
             l.result.sync = l.value == "commit";
         }},
    };
    for (auto& k : alert_keys()) keys.push_back(std::move(k));
    return keys;
}

std::string unknown(std::string_view name, const std::vector<key>& keys) {
    auto text = "Unknown plugin option \"plugin_opt_" + std::string(name) + "\".";
    const auto near = std::min_element(keys.begin(), keys.end(), [&](const key& a, const key& b) {
        return config::edit_distance(a.name, name) < config::edit_distance(b.name, name);
    });
    if (config::edit_distance(near->name, name) <= 3)
        text += " Did you mean \"plugin_opt_" + std::string(near->name) + "\"?";
    return text;
}

// What no line is wrong about alone.
struct contradiction {
    std::string text;
    std::vector<std::string_view> keys; // it is told at the last line that has one of them
    config::severity level = config::severity::error;
};

// Looked at when all lines are read: the two may come in any order.
void check_bounds(const threshold& range, std::string_view min, std::string_view max,
                  std::vector<contradiction>& found) {
    if (range.min > range.max)
        found.push_back(
            {fmt::format("plugin_opt_{} {} is above plugin_opt_{} {}.", min, range.min, max, range.max), {min, max}});
}

// A value that closes an incident has to be as far as the hysteresis from both bounds.
void check_hysteresis(const options& o, std::uint32_t sensor, std::string_view type,
                      std::vector<contradiction>& found) {
    const auto rule = o.watch_rule_of(sensor, type);
    const auto& [min, max] = rule.range;
    if (!o.auto_close || min > max || rule.can_close()) return;
    found.push_back(
        {fmt::format("plugin_opt_hysteresis {} is more than half of the range of {}, {} to {}: no value "
                     "could close an incident, people alone could.",
                     rule.hysteresis, sensor != 0 ? fmt::format("sensor {}", sensor) : std::string(type), min, max),
         {"hysteresis"},
         config::severity::warning});
}

std::vector<contradiction> contradictions(const options& o) {
    std::vector<contradiction> found;
    const auto& a = o.alerts;
    check_bounds(o.temperature, "temp_min", "temp_max", found);
    check_bounds(o.humidity, "hum_min", "hum_max", found);
    std::set<std::pair<std::uint32_t, std::string_view>> limited{{0, "temperature"}, {0, "humidity"}};
    for (const auto& rule : o.thresholds) limited.emplace(rule.sensor, rule.type);
    for (const auto& [sensor, type] : limited) check_hysteresis(o, sensor, type, found);
    if (o.homeassistant && o.state_topic.empty())
        found.push_back(
            {"plugin_opt_homeassistant needs plugin_opt_state_topic, which is off.", {"homeassistant", "state_topic"}});
    if (!a.smtp_url.empty() && (a.smtp_from.empty() || a.smtp_to.empty()))
        found.push_back({"plugin_opt_smtp_url needs plugin_opt_smtp_from and plugin_opt_smtp_to.", {"smtp_url"}});
    if (a.smtp_url.empty() && !a.smtp_to.empty())
        found.push_back({"plugin_opt_smtp_to needs plugin_opt_smtp_url.", {"smtp_to"}});
    return found;
}

config::origin place_of(const contradiction& what, const config::plugin& settings) {
    const auto names = [&](const auto& given) {
        return std::find(what.keys.begin(), what.keys.end(), given.key) != what.keys.end();
    };
    const auto last = std::find_if(settings.options.rbegin(), settings.options.rend(), names);
    return last == settings.options.rend() ? settings.where : last->where;
}

} // namespace

std::string options::incident_topic(storage::incident_id id) const { return fmt::format("{}/{}", topic_incidents, id); }

threshold options::threshold_of(std::uint32_t sensor, std::string_view type) const {
    for (const auto& rule : thresholds)
        if (rule.sensor == sensor && rule.type.empty()) return rule.range;
    for (const auto& rule : thresholds)
        if (!rule.type.empty() && rule.type == type) return rule.range;
    if (type == "temperature") return temperature;
    if (type == "humidity") return humidity;
    return {};
}

watch_rule options::watch_rule_of(std::uint32_t sensor, std::string_view type) const {
    return {threshold_of(sensor, type), value_of(hysteresis, sensor, type, 0.0), value_of(open_after, sensor, type, 1U),
            value_of(close_after, sensor, type, 1U)};
}

threshold options::threshold_of(const storage::sensor_record& sensor) const {
    return sensor.range ? threshold{sensor.range->min, sensor.range->max} : threshold_of(sensor.id, sensor.type);
}

watch_rule options::watch_rule_of(const storage::sensor_record& sensor) const {
    auto rule = watch_rule_of(sensor.id, sensor.type);
    rule.range = threshold_of(sensor);
    return rule;
}

options read_options(const config::plugin& settings, std::vector<config::finding>& findings) {
    options result;
    bool replaced = false;
    const auto keys = all_keys(replaced);
    for (const auto& given : settings.options) {
        const auto report = [&](std::string text) {
            findings.push_back({config::severity::error, std::move(text), given.where, {}});
        };
        const auto known = std::find_if(keys.begin(), keys.end(), [&](const key& k) { return k.name == given.key; });
        if (known == keys.end()) {
            report(unknown(given.key, keys));
            continue;
        }
        line l{result, given.value, {}, {}};
        known->apply(l);
        if (!l.warning.empty())
            findings.push_back(
                {config::severity::warning, "plugin_opt_" + given.key + " " + l.warning + ".", given.where, {}});
        if (!l.error.empty()) report("Invalid value of plugin_opt_" + given.key + " " + l.error + ".");
    }
    for (auto& what : contradictions(result))
        findings.push_back({what.level, std::move(what.text), place_of(what, settings), {}});
    return result;
}

} // namespace nightjar::plugins::sensors
