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

void intrusive_ptr_release(const message* m) {
    if (m->references_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
    m->~message();
    ::operator delete(const_cast<message*>(m));
}

} // namespace nightjar::topics
