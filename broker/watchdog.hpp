// Proof of life for systemd's watchdog: every thread is asked now and then, and whoever does not answer for too long is
// named in the log. Main's thread; the answers come from the others and may come after the watchdog's end.
#pragma once

#include "broker/log/logger.hpp"
#include "storage/store.hpp"

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace nightjar {

class watchdog {
  public:
    using clock = std::chrono::steady_clock;
    struct thread {
        std::string name;                                // as in `top -H`
        std::function<void(std::function<void()>)> post; // runs a task on that thread
    };

    watchdog(std::vector<thread> threads, clock::duration patience, log::logger& log);

    // Asks all who have answered once more. False: somebody has owed an answer for `patience` or longer.
    bool all_alive(clock::time_point now);

  private:
    struct watched {
        thread who;
        clock::time_point asked{};
        std::shared_ptr<std::atomic<bool>> answered = std::make_shared<std::atomic<bool>>(true);
        bool stuck = false; // and the log says so
    };
    bool alive(watched& w, clock::time_point now);

    std::vector<watched> watched_;
    const clock::duration patience_;
    log::logger& log_;
};

// The store's thread takes batches, not tasks: it answers an empty one. Outlives the store. One task at a time.
class store_task final : public storage::commit_listener {
  public:
    void post(storage::store& to, std::function<void()> task);
    void on_committed(std::uint64_t number, std::error_code error) noexcept override;

  private:
    std::function<void()> task_; // handed over by submit()
    std::uint64_t number_ = 0;
};

} // namespace nightjar
