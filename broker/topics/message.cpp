#include "broker/topics/message.hpp"

#include <cstring>
#include <new>

namespace nightjar::topics {

message_ptr message::make(codec::bytes topic, codec::bytes payload, codec::qos qos, bool retain) {
    void* memory = ::operator new(sizeof(message) + topic.size() + payload.size());
    return new (memory) message(topic, payload, qos, retain);
}

message::message(codec::bytes topic, codec::bytes payload, codec::qos qos, bool retain)
    : payload_size_(static_cast<std::uint32_t>(payload.size())), topic_size_(static_cast<std::uint16_t>(topic.size())),
      qos_(qos), retain_(retain) {
    char* text = reinterpret_cast<char*>(this + 1);
    std::memcpy(text, topic.data(), topic.size());
    if (!payload.empty()) std::memcpy(text + topic.size(), payload.data(), payload.size());
}

void message::destroy() const noexcept {
    this->~message();
    ::operator delete(const_cast<message*>(this));
}

} // namespace nightjar::topics
