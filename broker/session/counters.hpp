// What happened, as numbers. One set per worker, written by its thread alone, read by any: so a plain add without a
// locked instruction, and a relaxed load elsewhere.
#pragma once

#include "broker/plugin/drop_reason.hpp"

#include <array>
#include <atomic>
#include <cstdint>

namespace nightjar::session {

class counter {
  public:
    void add(std::uint64_t n = 1) {
        value_.store(value_.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
    }
    void subtract(std::uint64_t n = 1) {
        value_.store(value_.load(std::memory_order_relaxed) - n, std::memory_order_relaxed);
    }
    std::uint64_t get() const { return value_.load(std::memory_order_relaxed); }

  private:
    std::atomic<std::uint64_t> value_{0};
};

struct counters {
    counter connections_accepted, connections_open, clients_connected, sessions, sessions_expired;
    counter connect_received, connects; // connects: those that were let in
    counter bytes_received, bytes_sent;
    counter packets_received, packets_sent;
    counter publish_received, publish_sent;
    counter publish_bytes_received, publish_bytes_sent; // of payload
    counter waiting, waiting_bytes;         // messages queued or in flight, once for each session; bytes of payload
    counter backlog_packets, backlog_bytes; // that a client's socket has not yet taken
    std::array<counter, plugin::drop_reasons> dropped; // by plugin::drop_reason
    counter& dropped_for(plugin::drop_reason why) { return dropped[static_cast<std::size_t>(why)]; }
    const counter& dropped_for(plugin::drop_reason why) const { return dropped[static_cast<std::size_t>(why)]; }
    counter plugin_errors;
};

} // namespace nightjar::session
