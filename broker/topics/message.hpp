// One application message that has to live longer than its frame: retained, queued, in flight, or large. One
// allocation, immutable, shared by count between all who hold it, on any thread. The store's log can keep it.
#pragma once

#include "broker/codec/types.hpp"
#include "storage/loggable.hpp"

#include <cstdint>

#include <boost/smart_ptr/intrusive_ptr.hpp>

namespace nightjar::topics {

class message;
using message_ptr = boost::intrusive_ptr<const message>;

class message final : public storage::loggable {
  public:
    static message_ptr make(codec::bytes topic, codec::bytes payload, codec::qos qos, bool retain);

    codec::bytes topic() const { return {text(), topic_size_}; }
    codec::bytes payload() const { return {text() + topic_size_, payload_size_}; }
    codec::qos qos() const { return qos_; } // as published
    bool retain() const { return retain_; } // as published
    std::size_t footprint() const { return sizeof(message) + topic_size_ + payload_size_; }

    // --- storage::loggable
    std::string_view topic_text() const override { return topic(); }
    std::string_view payload_bytes() const override { return payload(); }
    std::uint8_t qos_number() const override { return static_cast<std::uint8_t>(qos_); }
    bool retain_flag() const override { return retain_; }

  private:
    message(codec::bytes topic, codec::bytes payload, codec::qos qos, bool retain);
    ~message() = default;
    void destroy() const noexcept override;
    const char* text() const { return reinterpret_cast<const char*>(this + 1); }

    std::uint32_t payload_size_;
    std::uint16_t topic_size_;
    codec::qos qos_;
    bool retain_;
    // topic and payload follow the object
};

} // namespace nightjar::topics
