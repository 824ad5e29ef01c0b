// How a plugin_opt_* line is read: a row for each key. For options.cpp and alert_options.cpp alone.
#pragma once

#include "broker/plugins/sensors/options.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace nightjar::plugins::sensors {

// What a line's handler works with.
struct line {
    options& result;
    std::string_view value;
    std::string error, warning; // set by the handler

    void wrong(std::string_view wanted) { error = std::string("\"").append(value).append("\": ").append(wanted); }
};

struct key {
    std::string_view name;
    std::function<void(line&)> apply;
};

std::vector<key> alert_keys();

} // namespace nightjar::plugins::sensors
