// `log_dest topic`: log lines as messages on $SYS/broker/log/E, W, N, I, WS, M/subscribe and M/unsubscribe, QoS 2, not
// retained, as mosquitto publishes them. Lines of debugging are none of them, in mosquitto neither: to deliver one
// would write the next.
//
// Any thread writes, under the logger's mutex, and never waits: lines queue up for a worker, which publishes them in
// order. When it cannot keep up they are dropped, counted, and the topic says how many.
#pragma once

#include "broker/log/logger.hpp"

#include <atomic>
#include <cstdint>
#include <memory>

namespace nightjar::worker {

class worker;

class log_topic final : public log::sink {
  public:
    // Both outlive it. `dropped` counts.
    log_topic(worker& on, std::atomic<std::uint64_t>& dropped);
    ~log_topic() override;
    void write(log::level at, std::string_view line) override;

    static constexpr std::size_t most_lines = 1000, most_bytes = std::size_t{1} << 20;

  private:
    struct queue;
    std::shared_ptr<queue> queue_; // tasks of the worker may live longer
};

} // namespace nightjar::worker
