// What is measured of the broker under test, from outside: CPU time of its threads, allocations; and latencies.
#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace nightjar::bench {

std::uint64_t now_ns();                             // steady
std::uint64_t cpu_ns(int pid);                      // all threads of a process; 0 if there is none
std::uint64_t allocations(const std::string& file); // of count_allocations; 0 without a file

// Latencies in steps of 1/16 of a power of two: a percentile is right to 6 %.
class latencies {
  public:
    void add(std::uint64_t ns);
    double percentile_us(double p) const;                                      // 0 if there are none
    double longest_us() const { return static_cast<double>(longest_) / 1000; } // exact

  private:
    std::array<std::uint64_t, 64 * 16> buckets_{};
    std::uint64_t count_ = 0, longest_ = 0;
};

} // namespace nightjar::bench
