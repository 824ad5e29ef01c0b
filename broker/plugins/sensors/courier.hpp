// The thread that sends what is in an outbox, and writes down what became of it. The network makes nobody else wait.
// The thread begins with the first thing to send.
#pragma once

#include "broker/log/logger.hpp"
#include "broker/plugins/sensors/delivery.hpp"
#include "broker/plugins/sensors/outbox.hpp"
#include "storage/store.hpp"

#include <array>
#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace nightjar::plugins::sensors {

class courier final : public storage::commit_listener {
  public:
    using delivery = std::function<delivery_result(const outbox::job&, const std::atomic<bool>& stop)>;
    // Hears of what is done with and will not be tried again; returns the ids of what may be forgotten for it.
    using archive = std::function<std::vector<storage::notification_id>(const storage::notification_record&)>;

    courier(storage::store& store, log::logger& log, std::string thread_name, delivery how, archive where);
    ~courier() override;

    void configure(const outbox::limits& to);
    void add(storage::notification_record what, std::int64_t age_ms = 0); // any thread
    void stop(); // gives up the attempt that it is making; what waits stays in the store

    std::vector<storage::notification_record> waiting() const; // any thread
    std::size_t waiting_count() const;
    void on_committed(std::uint64_t, std::error_code) noexcept override {}

  private:
    void run();
    void work(std::unique_lock<std::mutex>& lock);
    void store_changes();

    storage::store& store_;
    log::logger& log_;
    const std::string name_;
    const delivery deliver_;
    const archive archive_;
    std::atomic<bool> stop_{false};
    mutable std::mutex mutex_; // guards all below
    std::condition_variable more_;
    outbox box_;
    std::uint64_t batches_ = 0;
    std::thread thread_;
};

} // namespace nightjar::plugins::sensors
