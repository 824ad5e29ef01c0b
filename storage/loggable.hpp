// A message as the log sees it. Whoever owns messages derives from this; the log stores what it says and keeps its own
// notes in it, so that no table of all messages is needed in memory. Shared by count, on any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <string_view>

#include <boost/smart_ptr/intrusive_ptr.hpp>

namespace nightjar::storage {

using message_id = std::uint64_t; // grows with each message that is given to the log; 0: none

// The log's notes on a message. Commit thread only, once the message was submitted; but the id, which is given before.
struct log_place {
    message_id id = 0;
    std::int32_t outstanding = 0;   // recipients that are not done; below 0 while the message itself is still to come
    std::uint32_t entries : 31 = 0; // progress entries on disk that name it
    std::uint32_t written : 1 = 0;  // it is on disk
};

// The notes of the writer that gave it to the log, while it is in a batch that nobody else has seen. That writer's
// thread only; but `writer`, which is given before.
struct batch_place {
    std::uint8_t writer = 0; // 0: none takes notes
    std::uint16_t open = 0;  // holders that are not done; given_away: the batch has left
    static constexpr std::uint16_t given_away = 0xFFFF;
};

class loggable {
  public:
    virtual std::string_view topic_text() const = 0;
    virtual std::string_view payload_bytes() const = 0;
    virtual std::uint8_t qos_number() const = 0; // as published
    virtual bool retain_flag() const = 0;        // as published

    log_place& place() const { return place_; }
    batch_place& in_batch() const { return in_batch_; }

    loggable(const loggable&) = delete;
    loggable& operator=(const loggable&) = delete;

  protected:
    loggable() = default;
    ~loggable() = default;

  private:
    virtual void destroy() const noexcept = 0;

    friend void intrusive_ptr_add_ref(const loggable* m) { m->references_.fetch_add(1, std::memory_order_relaxed); }
    friend void intrusive_ptr_release(const loggable* m) {
        if (m->references_.fetch_sub(1, std::memory_order_acq_rel) == 1) m->destroy();
    }

    mutable std::atomic<std::uint32_t> references_{0};
    mutable batch_place in_batch_;
    mutable log_place place_;
};

using loggable_ptr = boost::intrusive_ptr<const loggable>;

} // namespace nightjar::storage
