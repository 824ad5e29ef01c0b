#include "tools/benchmarks/fill.hpp"

#include <algorithm>
#include <cstdlib>
#include <random>
#include <utility>
#include <vector>

namespace nightjar::bench {

namespace {

class thermometer {
  public:
    storage::measurement next(storage::sensor_id sensor, std::int64_t at_us) {
        tenths_ += static_cast<int>(random_() % 3) - 1;
        constexpr std::int64_t jitter_us = 3000;
        return {sensor, 0, at_us + static_cast<std::int64_t>(random_() % jitter_us), tenths_ / 10.0};
    }

  private:
    std::minstd_rand random_{7};
    int tenths_ = 200;
};

} // namespace

void batch_writer::on_committed(std::uint64_t number, std::error_code error) noexcept {
    const std::scoped_lock lock(mutex_);
    done_ = number;
    if (error) std::abort(); // there is nothing to measure on such a disk
    changed_.notify_all();
}

void batch_writer::submit(storage::store& to, storage::write_batch batch, std::uint64_t waiting) {
    to.submit(*this, ++number_, std::move(batch));
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return done_ + waiting >= number_; });
}

double fill(storage::store& to, batch_writer& by, const series_of_values& what) {
    const auto begin = steady::now();
    std::vector<thermometer> values(what.sensors);
    constexpr std::size_t rows_at_once = 20'000;
    storage::write_batch batch;
    for (std::int64_t round = 0; round < what.rounds; ++round) {
        const auto at = what.from_us + round * what.step_us;
        for (storage::sensor_id i = 0; i < what.sensors; ++i)
            batch.measurements.push_back(
                values[i].next(what.first + i, at + i * std::int64_t{20})); // microseconds apart
        if (batch.measurements.size() < rows_at_once) continue;
        by.submit(to, std::exchange(batch, {}));
    }
    by.submit(to, std::move(batch), 0);
    return static_cast<double>(what.rounds * what.sensors) / ms_since(begin) * 1000;
}

} // namespace nightjar::bench
