// An exponential average of a rate, as the load average of a Unix system: what came `window` ago counts 1/e. Pure.
#pragma once

#include <cmath>

namespace nightjar::plugins::sys_topics {

// `old` is the average before, `rate` what it was during the last `elapsed` seconds.
inline double next_average(double old, double rate, double elapsed, double window) {
    return rate + std::exp(-elapsed / window) * (old - rate);
}

} // namespace nightjar::plugins::sys_topics
