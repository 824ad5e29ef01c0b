// Slows down who guesses passwords: after a few failures from one address (of IPv6: one network of 64 bits), its next
// tries are let through one a second, and no more than a few may wait. Others, and clients whose password was found
// right before, are not held up.
//
// Any thread; a mutex inside. Time is the steady clock's, passed in.
#pragma once

#include <chrono>
#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include <boost/unordered/unordered_flat_map.hpp>

namespace nightjar::plugins::access_control {

class login_guard {
  public:
    using clock = std::chrono::steady_clock;

    // How long a try from this address has to wait before it is looked at; nothing: too many wait, refuse it.
    // Where no more fail than succeed many clients share an address, and none of them waits for those few.
    std::optional<clock::duration> delay_of(std::string_view address, clock::time_point now);
    void failed(std::string_view address, clock::time_point now);
    void succeeded(std::string_view address);

  private:
    struct record {
        unsigned failures = 0, right_ones = 0;
        clock::time_point last;      // failure
        clock::time_point next_free; // for a try
    };
    void forget_old(clock::time_point now);

    std::mutex mutex_; // guards addresses_
    boost::unordered_flat_map<std::string, record> addresses_;
};

} // namespace nightjar::plugins::access_control
