// QoS 1 and 2 messages that were sent and not yet acknowledged to the end. Packet ids are given out in turn and lead
// straight to their slot; the window grows with use. What is in it counts as waiting. Owned by a session, one thread.
#pragma once

#include "broker/codec/types.hpp"
#include "broker/session/counters.hpp"
#include "broker/topics/message.hpp"

#include <cstdint>
#include <vector>

namespace nightjar::session {

class inflight_window {
  public:
    enum class state : std::uint8_t { free, awaiting_puback, awaiting_pubrec, awaiting_pubcomp };

    struct slot {
        topics::message_ptr message; // QoS 2: until PUBREC, of a durable session until PUBCOMP
        std::uint32_t sequence = 0;
        codec::packet_id id = 0;
        inflight_window::state state = state::free;
        bool retain = false; // the RETAIN flag it was sent with
        bool held = false;   // of a durable session: not to be sent before something is on disk
        bool sent = false;   // at least once, so the next time is a DUP
        std::uint32_t payload_size = 0;
    };

    explicit inflight_window(counters& count) : count_(count) {}
    ~inflight_window();
    inflight_window(const inflight_window&) = delete;
    inflight_window& operator=(const inflight_window&) = delete;

    std::size_t size() const { return used_; }

    // There must be room: size() < 65,535. The reference holds until the next add().
    slot& add(topics::message_ptr m, codec::qos qos, bool retain);
    // As it was before a restart. `id` is free.
    slot& restore(topics::message_ptr m, codec::packet_id id, inflight_window::state state, bool retain);
    slot* find(codec::packet_id id);
    void remove(slot& s);

    std::vector<slot*> in_order(); // oldest first, for sending again

  private:
    slot& at(codec::packet_id id) { return slots_[id & (slots_.size() - 1)]; }
    void grow();
    slot& fill(slot& s, topics::message_ptr m, codec::packet_id id, inflight_window::state state, bool retain);

    counters& count_;         // the worker's
    std::vector<slot> slots_; // size: a power of two, more than twice used_ until 65,536
    std::size_t used_ = 0;
    std::size_t used_bytes_ = 0; // of payload
    std::uint32_t next_sequence_ = 0;
    codec::packet_id last_id_ = 0;
};

} // namespace nightjar::session
