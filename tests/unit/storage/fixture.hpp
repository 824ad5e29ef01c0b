// A store in a directory of its own, and a writer that can wait.
#pragma once

#include "storage/store.hpp"

#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <utility>

#include <stdlib.h>
#include <unistd.h>

namespace nightjar::storage::test {

struct directory {
    directory() {
        char name[] = "/tmp/nightjar-storage-XXXXXX";
        path = ::mkdtemp(name);
    }
    ~directory() {
        std::error_code ignored;
        std::filesystem::remove_all(path, ignored);
    }
    directory(const directory&) = delete;
    directory& operator=(const directory&) = delete;
    std::filesystem::path path;
};

class writer final : public commit_listener {
  public:
    void on_committed(std::uint64_t number, std::error_code error) noexcept override {
        const std::scoped_lock lock(mutex_);
        done_ = number;
        if (error) error_ = error;
        changed_.notify_all();
    }
    // Submits and waits; the error, if there was one.
    std::error_code commit(store& to, write_batch batch) {
        submit(to, std::move(batch));
        return wait();
    }
    void submit(store& to, write_batch batch) { to.submit(*this, ++number_, std::move(batch)); }
    std::error_code wait() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return done_ == number_; });
        return std::exchange(error_, {});
    }

  private:
    std::mutex mutex_; // guards done_, error_
    std::condition_variable changed_;
    std::uint64_t number_ = 0, done_ = 0;
    std::error_code error_;
};

inline std::unique_ptr<store> open(const directory& where, std::size_t map = std::size_t{1} << 30) {
    return store::open({where.path, map});
}

inline write_batch values(sensor_id sensor, std::int64_t from_us, int count) {
    write_batch batch;
    for (int i = 0; i < count; ++i) batch.measurements.push_back({sensor, 0, from_us + i, static_cast<double>(i)});
    return batch;
}

} // namespace nightjar::storage::test
