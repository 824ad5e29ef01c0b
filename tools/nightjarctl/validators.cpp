#include "tools/nightjarctl/validators.hpp"

#include "broker/codec/topic.hpp"
#include "tools/nightjarctl/http_client.hpp"

#include <cmath>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

namespace nightjar::ctl {

namespace {

template <typename Allows>
CLI::Validator validator(Allows allows, std::string what_is_allowed) {
    const auto check = [allows, what = std::move(what_is_allowed)](const std::string& text) {
        return allows(text) ? std::string() : fmt::format("\"{}\" is {}", text, what);
    };
    return {check, ""}; // without a word in --help: the option's own text says what it is
}

} // namespace

CLI::Validator finite_number() {
    const auto allows = [](const std::string& text) {
        double number = 0;
        return CLI::detail::lexical_cast(text, number) && std::isfinite(number);
    };
    return validator(allows, "no finite number");
}

CLI::Validator topic_name() {
    const auto allows = [](const std::string& text) { return codec::check_topic_name(text).has_value(); };
    return validator(allows, "no topic to publish to");
}

CLI::Validator topic_level() {
    const auto allows = [](const std::string& text) {
        return text.find('/') == std::string::npos && codec::check_topic_name(text).has_value();
    };
    return validator(allows, "not one level of a topic: not empty, without / + #");
}

CLI::Validator topic_filter() {
    const auto allows = [](const std::string& text) { return codec::check_topic_filter(text).has_value(); };
    return validator(allows, "no topic filter: # is the last level, + a whole one");
}

CLI::Validator rest_address() {
    return {[](const std::string& text) {
                try {
                    rest_url::parse(text);
                    return std::string();
                } catch (const std::runtime_error& e) {
                    return std::string(e.what());
                }
            },
            ""};
}

} // namespace nightjar::ctl
