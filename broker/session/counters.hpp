// What happened, as numbers. One set per worker, written by its thread alone, read by any: so a plain add without a
// locked instruction, and a relaxed load elsewhere.
#pragma once

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
    // Every message that does not reach a subscriber is one of these.
    counter dropped_output_full;  // QoS 0 to a client that does not read
    counter dropped_queue_full;   // max_queued_messages or max_queued_bytes
    counter dropped_mailbox_full; // QoS 0 to a worker that cannot keep up
    counter dropped_offline;      // QoS 0 to a session whose client is away
    counter denied;               // a topic, a size or a right that is not the client's
    counter plugin_errors;
};

} // namespace nightjar::session
