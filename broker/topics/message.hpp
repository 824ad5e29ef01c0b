// One application message that has to live longer than its frame: retained, queued, in flight, or large. One
// allocation, immutable, shared by count between all who hold it, on any thread.
#pragma once

#include "broker/codec/types.hpp"

#include <atomic>
#include <cstdint>

#include <boost/smart_ptr/intrusive_ptr.hpp>

namespace nightjar::topics {

class message;
using message_ptr = boost::intrusive_ptr<const message>;

class message {
  public:
    static message_ptr make(codec::bytes topic, codec::bytes payload, codec::qos qos, bool retain);

    codec::bytes topic() const { return {text(), topic_size_}; }
    codec::bytes payload() const { return {text() + topic_size_, payload_size_}; }
    codec::qos qos() const { return qos_; } // as published
    bool retain() const { return retain_; } // as published
    std::size_t footprint() const { return sizeof(message) + topic_size_ + payload_size_; }

    message(const message&) = delete;
    message& operator=(const message&) = delete;

  private:
    message(codec::bytes topic, codec::bytes payload, codec::qos qos, bool retain);
    ~message() = default;
    const char* text() const { return reinterpret_cast<const char*>(this + 1); }

    friend void intrusive_ptr_add_ref(const message* m) { m->references_.fetch_add(1, std::memory_order_relaxed); }
    friend void intrusive_ptr_release(const message* m);

    mutable std::atomic<std::uint32_t> references_{0};
    std::uint32_t payload_size_;
    std::uint16_t topic_size_;
    codec::qos qos_;
    bool retain_;
    // topic and payload follow the object
};

} // namespace nightjar::topics
