// Sensors of which nothing comes any more. Looks at all of them now and then, so that their values cost nothing more;
// counts on the steady clock, and from its own start. One thread: worker 0.
#pragma once

#include "broker/plugins/sensors/options.hpp"
#include "broker/plugins/sensors/registry.hpp"

#include <cstdint>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

namespace nightjar::plugins::sensors {

class silence_watch {
  public:
    struct silent {
        sensor* who;
        storage::sensor_record record;
        std::int64_t seconds;
    };
    // Those that have been silent for too long; each look tells the same ones again.
    std::vector<silent> look(const options& settings, const registry& known, std::int64_t steady_ms);
    void start_anew() { last_.clear(); } // the next look() finds all of them silent for no time

  private:
    struct last {
        const sensor* who;      // another one with its id was merged, and taken out again
        std::int64_t newest_us; // of the sensor, when its value was seen to be new
        std::int64_t steady_ms;
    };
    boost::unordered_flat_map<storage::sensor_id, last> last_;
};

} // namespace nightjar::plugins::sensors
