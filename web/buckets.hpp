// Many values of one sensor as few, for a chart: equal pieces of time, each with its lowest, highest and mean. Pure.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace nightjar::web {

struct bucket {
    double min = 0, max = 0, mean = 0; // of no values: 0
    std::uint64_t count = 0;
    std::int64_t last_ms = 0; // the time of its newest value
};

class buckets {
  public:
    // Not more than `points` of them, over from_ms to to_ms, both included; from_ms <= to_ms, points > 0.
    buckets(std::int64_t from_ms, std::int64_t to_ms, std::size_t points)
        : from_ms_(from_ms), width_ms_((to_ms - from_ms) / static_cast<std::int64_t>(points) + 1),
          all_(static_cast<std::size_t>((to_ms - from_ms) / width_ms_) + 1) {}

    // What lies outside is not counted.
    void add(std::int64_t time_ms, double value) {
        const auto at = static_cast<std::size_t>((time_ms - from_ms_) / width_ms_);
        if (time_ms < from_ms_ || at >= all_.size()) return;
        auto& here = all_[at];
        here.min = here.count == 0 ? value : std::min(here.min, value);
        here.max = here.count == 0 ? value : std::max(here.max, value);
        here.last_ms = here.count == 0 ? time_ms : std::max(here.last_ms, time_ms);
        ++here.count;
        here.mean += (value - here.mean) / static_cast<double>(here.count); // a sum could overflow
    }

    std::size_t size() const { return all_.size(); }
    const bucket& operator[](std::size_t i) const { return all_[i]; }
    // The middle of its time.
    std::int64_t time_ms(std::size_t i) const {
        return from_ms_ + static_cast<std::int64_t>(i) * width_ms_ + (width_ms_ - 1) / 2;
    }

  private:
    std::int64_t from_ms_, width_ms_;
    std::vector<bucket> all_;
};

} // namespace nightjar::web
