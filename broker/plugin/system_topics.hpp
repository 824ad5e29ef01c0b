// The broker's figures under the names that mosquitto gives them below $SYS/broker/, and our own beside them. One table
// for the topics, for REST (/api/v1/systree) and for the names of mosquitto's exporters in /metrics. Constant.
#pragma once

#include "broker/plugin/statistics.hpp"

#include <cstdint>
#include <span>
#include <string_view>

namespace nightjar::plugin {

inline constexpr std::string_view system_prefix = "$SYS/broker/";

struct system_topic {
    std::string_view name;  // below the prefix
    std::string_view alias; // an older name of the same; may be empty
    std::uint64_t (*value)(const statistics&) = nullptr;
};

// mosquitto 2.1's, in its order; without version, uptime and load.
std::span<const system_topic> mosquitto_topics();

// Ours: what was dropped and why, and the store.
std::span<const system_topic> own_topics();

// What load/NAME/1min and so on are averages of, and rate/NAME; it only grows.
std::span<const system_topic> load_topics();

} // namespace nightjar::plugin
