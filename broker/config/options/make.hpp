// What rows of the option table are made of: kinds of rows, kinds of values, and the listener that a line is about.
#pragma once

#include "broker/config/option_table.hpp"
#include "broker/config/values.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace nightjar::config {

using apply = std::function<void(reading&, std::string_view)>;

// An error: `wanted` is a clause, "true or false is wanted".
void wrong_value(reading& at, std::string_view name, std::string_view value, std::string_view wanted);
// The value as a boolean; none, and an error, if it is not one.
std::optional<bool> read_flag(reading& at, std::string_view name, std::string_view value);
// The same for a number within bounds.
std::optional<std::int64_t> read_number(reading& at, std::string_view name, std::string_view value, std::int64_t least,
                                        std::int64_t most);

inline constexpr std::size_t longest_id_prefix = 50; // mosquitto's limit

// --- the listener that options are for

listener& default_listener(reading& at); // of `port` and `bind_address`; made on first need
// Only `listener`, `port` and `bind_address` make a listener: other options must not open the network.
listener& current_listener(reading& at);
// The same for an option whose loss would open a listener: above all listeners it is an error in the end.
listener& guarded_listener(reading& at, std::string_view name);

// --- rows

option works(std::string_view name, apply how);
option once(std::string_view name, apply how);
option ignored(std::string_view name, std::string_view effect, std::string_view anyway = {});
option would_open(std::string_view name, std::string_view effect);

// A row that sets a member of the configuration.
option flag(std::string_view name, bool configuration::*member);
option text(std::string_view name, std::string configuration::*member);
template <typename Integer>
option number(std::string_view name, Integer configuration::*member, std::int64_t least, std::int64_t most) {
    return works(name, [=](reading& at, std::string_view value) {
        if (const auto v = read_number(at, name, value, least, most)) at.result.conf.*member = static_cast<Integer>(*v);
    });
}

// A row that sets a member of the current listener.
option listener_flag(std::string_view name, bool listener::*member);
option listener_text(std::string_view name, std::string listener::*member);
template <typename Integer>
option listener_number(std::string_view name, Integer listener::*member, std::int64_t least, std::int64_t most) {
    return works(name, [=](reading& at, std::string_view value) {
        if (const auto v = read_number(at, name, value, least, most))
            guarded_listener(at, name).*member = static_cast<Integer>(*v);
    });
}

} // namespace nightjar::config
