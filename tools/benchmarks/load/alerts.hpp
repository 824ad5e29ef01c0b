// How long a value that leaves its range, or comes back, takes to become an alert at a subscriber.
#pragma once

#include "tools/benchmarks/load/workloads.hpp"

#include <string>

namespace nightjar::bench {

constexpr const char* alert_type = "probe"; // of the values that are sent: 1 and 99; the broker's range ends between
constexpr int alert_first_sensor = 20'001;

// settings.count alerts of settings.sensors sensors in turn, one outstanding. JSON: percentiles of publish to alert.
// Throws std::runtime_error if one is not the expected one or does not come.
std::string time_alerts(const settings& s);

} // namespace nightjar::bench
