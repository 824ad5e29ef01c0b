// How often each address may ask: `rate` requests a second in the long run, and as many at once as ten seconds give.
// Remembers some ten thousand addresses at most. Web thread; time is the steady clock's, passed in.
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

// Whom an address counts for: of IPv6 the first 64 bits, which one subscriber has to himself.
std::string counted_address(std::string_view address);

} // namespace nightjar::web
