// Fills a store with values as thermometers send them, without a broker: millions in seconds.
#pragma once

#include "storage/store.hpp"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace nightjar::bench {

using steady = std::chrono::steady_clock;

inline double ms_since(steady::time_point begin) {
    return std::chrono::duration<double, std::milli>(steady::now() - begin).count();
}

// Hands batches to a store, a few ahead of the disk. One thread.
class batch_writer final : public storage::commit_listener {
  public:
    static constexpr std::uint64_t most_waiting = 8;

    void on_committed(std::uint64_t number, std::error_code error) noexcept override;
    // Returns when no more than `waiting` batches are not on disk.
    void submit(storage::store& to, storage::write_batch batch, std::uint64_t waiting = most_waiting);

  private:
    std::mutex mutex_; // guards done_
    std::condition_variable changed_;
    std::uint64_t number_ = 0, done_ = 0;
};

// `rounds` values of each sensor, one of each at a time.
struct series_of_values {
    storage::sensor_id first = 1, sensors = 1;
    std::int64_t from_us = 0, step_us = 1'000'000; // wall clock; not before what the store holds already
    std::int64_t rounds = 0;
};

// A walk in tenths, as of a thermometer, with the jitter of a network. All are on disk then. Returns values per second.
double fill(storage::store& to, batch_writer& by, const series_of_values& what);

} // namespace nightjar::bench
