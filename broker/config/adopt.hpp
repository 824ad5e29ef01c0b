// What a reload makes of the configuration that a broker runs with.
#pragma once

#include "broker/config/reader.hpp"

#include <cstddef>
#include <vector>

namespace nightjar::config {

// Listeners are the same if protocol, address family, address and port are.
bool same_place(const listener& a, const listener& b);

// The same plugins in the same order, whatever their options.
bool same_plugins(const configuration& a, const configuration& b);

struct adoption {
    std::vector<std::size_t> opened; // listeners that are new, or were closed by an earlier reload; indices
    std::vector<std::size_t> closed; // those that the next configuration does not have any more
    std::vector<std::size_t> places; // of the next configuration's listeners, in its order, among the running ones
    std::vector<finding> kept;       // a notice for each option that only a start can change
};

// Makes `running` the same as `next`, but for what only a start can change. Its listeners stay where they are in
// memory, and keep their realms: new ones are appended (its vector must have room, or std::length_error is thrown
// before anything is changed), old ones are marked `closed`.
adoption adopt(configuration& running, const configuration& next);

} // namespace nightjar::config
