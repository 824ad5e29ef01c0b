// How often each address (of IPv6: each network of 64 bits) may ask: `rate` requests a second in the long run, and as
// many at once as ten seconds give. Remembers some ten thousand of them at most.
//
// Web thread. Time is the steady clock's, passed in.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <boost/unordered/unordered_flat_map.hpp>

namespace nightjar::web {

class request_rate {
  public:
    using clock = std::chrono::steady_clock;
    static constexpr std::chrono::seconds saved_up{10};
    static constexpr std::size_t most_addresses = 16'384;

    // A request comes. Nothing: it may. Otherwise it does not count, and the next one may come after so long.
    std::optional<clock::duration> take(std::string_view address, std::uint32_t rate, clock::time_point now);

    std::size_t size() const { return used_up_to_.size(); }

  private:
    void forget_old(clock::time_point now);

    // Each request takes its share of time, from the past if it can; who took more than saved_up ahead has to wait.
    boost::unordered_flat_map<std::string, clock::time_point> used_up_to_;
};

} // namespace nightjar::web
