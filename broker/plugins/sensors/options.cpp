#include "broker/plugins/sensors/options.hpp"

#include "broker/codec/topic.hpp"
#include "broker/config/values.hpp"
#include "broker/plugins/sensors/payload.hpp"
#include "broker/text/json_number.hpp"

#include <algorithm>
#include <functional>

namespace nightjar::plugins::sensors {

namespace {

// What a line's handler works with.
struct line {
    options& result;
    std::string_view value;
    std::string error; // set by the handler

    void wrong(std::string_view wanted) { error = std::string("\"").append(value).append("\": ").append(wanted); }
};

struct key {
    std::string_view name;
    std::function<void(line&)> apply;
};

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
                auto& bounds = l.result.*range;
                if (!parse_bound(l.value, bounds.*member, threshold{}.*member))
                    return l.wrong("a number is wanted, or - for none");
                if (bounds.min > bounds.max) l.wrong("the minimum would be above the maximum");
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
    } else if (name != "plain") {
        return l.wrong("the formats are dht11, measurement and plain");
    }
    if (!codec::check_topic_filter(filter)) return l.wrong("a topic filter must follow the format");
    const auto levels = 1 + std::count(filter.begin(), filter.end(), '/');
    if (rule.format == format::plain && (levels < 2 || filter.ends_with('#')))
        return l.wrong("plain needs a filter of two levels at least, without #: the last two are place and category");
    if (rule.format == format::dht11 && (levels < 2 || filter.ends_with('#')))
        return l.wrong("dht11 needs a filter of two levels at least, without #: the one before the last is the device");
    if (!std::exchange(replaced, true)) l.result.sources.clear();
    l.result.sources.push_back(std::move(rule));
}

void apply_threshold(line& l) {
    auto rest = l.value;
    const auto whom = next_word(rest), min = next_word(rest), max = next_word(rest);
    threshold_rule rule;
    if (whom.empty() || max.empty() || !next_word(rest).empty() || !parse_bound(min, rule.range.min, threshold{}.min) ||
        !parse_bound(max, rule.range.max, threshold{}.max) || rule.range.min > rule.range.max)
        return l.wrong("TYPE-OR-SENSOR MIN MAX is wanted; - stands for no bound");
    if (const auto id = text::parse_id(whom)) {
        rule.sensor = *id;
    } else if (text::parse_number(whom)) {
        return l.wrong("a sensor is a whole number from 1 to 4294967295");
    } else {
        rule.type = type_of_category(whom);
    }
    l.result.thresholds.push_back(std::move(rule));
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
    return {
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
        {"auto_create",
         [](line& l) {
             if (l.value != "true" && l.value != "false") return l.wrong("true or false is wanted");
             l.result.auto_create = l.value == "true";
         }},
        {"sync",
         [](line& l) {
             if (l.value != "async" && l.value != "commit") return l.wrong("commit or async is wanted");
             l.result.sync = l.value == "commit";
         }},
    };
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

} // namespace

threshold options::threshold_of(std::uint32_t sensor, std::string_view type) const {
    for (const auto& rule : thresholds)
        if (rule.sensor == sensor && rule.type.empty()) return rule.range;
    for (const auto& rule : thresholds)
        if (!rule.type.empty() && rule.type == type) return rule.range;
    if (type == "temperature") return temperature;
    if (type == "humidity") return humidity;
    return {};
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
        line l{result, given.value, {}};
        known->apply(l);
        if (!l.error.empty()) report("Invalid value of plugin_opt_" + given.key + " " + l.error + ".");
    }
    return result;
}

} // namespace nightjar::plugins::sensors
