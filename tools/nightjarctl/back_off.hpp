// Waits between tries to connect: 1, 2, 4 ... 60 seconds; ends early on Ctrl-C.
#pragma once

#include "tools/nightjarctl/interrupt.hpp"

#include <algorithm>
#include <chrono>
#include <string_view>
#include <thread>

#include <fmt/format.h>

namespace nightjar::ctl {

// Sleeps, but not through Ctrl-C.
inline void rest(std::chrono::milliseconds time) {
    const auto end = std::chrono::steady_clock::now() + time;
    while (!interrupted() && std::chrono::steady_clock::now() < end)
        std::this_thread::sleep_for(std::min(time, std::chrono::milliseconds(100)));
}

class back_off {
  public:
    void reset() { pause_ = std::chrono::seconds(1); }
    void wait_after(std::string_view error) {
        fmt::print(stderr, "nightjarctl: {}; next try in {} s\n", error, pause_.count());
        rest(pause_);
        pause_ = std::min(pause_ * 2, std::chrono::seconds(60));
    }

  private:
    std::chrono::seconds pause_{1};
};

} // namespace nightjar::ctl
