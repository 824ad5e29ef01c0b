// Hands values of the past to the store, and tells when they are on disk. submit() from one thread, the web side's.
// Outlives the store.
#pragma once

#include "storage/store.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <system_error>

namespace nightjar::plugins::sensors {

class history_writer final : public storage::commit_listener {
  public:
    explicit history_writer(storage::store& store) : store_(store) {}

    // `done` is called on the store's thread.
    void submit(storage::write_batch batch, std::function<void(std::error_code)> done);

  private:
    void on_committed(std::uint64_t number, std::error_code error) noexcept override;

    storage::store& store_;
    std::mutex mutex_; // guards all below
    std::uint64_t last_ = 0;
    std::map<std::uint64_t, std::function<void(std::error_code)>> waiting_; // by number of the batch
};

} // namespace nightjar::plugins::sensors
