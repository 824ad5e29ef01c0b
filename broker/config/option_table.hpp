// Every option that mosquitto 2.1 knows and our own: one row each. The reader walks lines, the table says what a name
// means.
#pragma once

#include "broker/config/configuration.hpp"
#include "broker/config/reader.hpp"

#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace nightjar::config {

// What the lines before have set up; handlers change it.
struct reading {
    load_result& result;
    origin where;                         // of the line being read
    listener* current = nullptr;          // the last `listener` line of this file; null: none yet
    plugin* current_plugin = nullptr;     // the last `plugin` line of this file
    listener* default_listener = nullptr; // made by `port` or `bind_address`
    listener unplaced{};                  // what listener options said before there was any
    bool log_dest_seen = false, log_type_seen = false;
    bool allow_anonymous_seen = false;
    bool auto_id_prefix_seen = false; // the global one
    std::string guard_unplaced{};     // the first option of those that guard a listener that stood above all of them
    origin guard_where{};

    listener& add_listener();
    void report(severity level, std::string text);
};

enum class support {
    works,
    ignored,    // named with a warning; `effect` says what is missing
    would_open, // an error: ignoring it would give more access than was asked for
};

struct option {
    std::string_view name;
    support state = support::ignored;
    std::string_view effect; // of ignoring it
    std::string_view anyway; // of ignored: the value that asks for what happens anyway, "false" or "0"; empty: none
    bool once = false;       // a second line of it is an error, as in mosquitto
    std::function<void(reading&, std::string_view value)> apply; // set where state is works
};

std::span<const option> all_options();
const option* find_option(std::string_view name);
std::string_view nearest_option(std::string_view name); // empty: nothing is near

} // namespace nightjar::config
