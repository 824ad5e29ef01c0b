#include "broker/plugins/sensors/history_writer.hpp"

#include <utility>

namespace nightjar::plugins::sensors {

void history_writer::submit(storage::write_batch batch, std::function<void(std::error_code)> done) {
    std::uint64_t number = 0;
    {
        const std::scoped_lock lock(mutex_);
        number = ++last_;
        waiting_.emplace(number, std::move(done));
    }
    store_.submit(*this, number, std::move(batch));
}

// Without an error, all up to `number`; with one, that batch alone.
void history_writer::on_committed(std::uint64_t number, std::error_code error) noexcept {
    std::map<std::uint64_t, std::function<void(std::error_code)>> finished;
    {
        const std::scoped_lock lock(mutex_);
        const auto end = waiting_.upper_bound(number);
        for (auto at = error ? waiting_.find(number) : waiting_.begin(); at != end;)
            finished.insert(waiting_.extract(at++));
    }
    for (const auto& [batch, done] : finished) done(error);
}

} // namespace nightjar::plugins::sensors
