// Messages from one worker to another. A sender gathers what it has for a worker during its loop turn in a `parcel`,
// one run of bytes, and delivers it at the end of the turn: one lock per turn and worker, no allocation per message.
#pragma once

#include "broker/codec/packets.hpp"
#include "broker/topics/message.hpp"
#include "storage/write_batch.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace nightjar::worker {

// PUBLISHes in order. Small QoS 0 ones lie in it as bytes; the others as a reference to a shared message.
class parcel {
  public:
    void add(const codec::publish& packet);
    // `durable`: who of the durable subscribers gets it, as it was stored; may be null.
    void add(topics::message_ptr m, storage::recipient_list durable);
    bool empty() const { return bytes_.empty(); }
    std::size_t size() const { return size_; } // of all messages in it
    void clear();

    // Calls small(const codec::publish&) or shared(const message_ptr&, const recipient_list&) for each, in order.
    template <typename Small, typename Shared>
    void for_each(Small small, Shared shared) const {
        std::size_t at = 0, next_shared = 0;
        while (at < bytes_.size()) {
            const auto h = header_at(at);
            at += sizeof(header);
            if (h.is_shared) {
                const auto& s = shared_[next_shared++];
                shared(s.message, s.durable);
                continue;
            }
            const codec::bytes all(bytes_);
            small(codec::publish{all.substr(at, h.topic_size), all.substr(at + h.topic_size, h.payload_size),
                                 codec::qos::at_most_once, h.retain, false, 0});
            at += h.topic_size + h.payload_size;
        }
    }

  private:
    struct header {
        std::uint32_t payload_size;
        std::uint16_t topic_size;
        bool retain;
        bool is_shared;
    };
    header header_at(std::size_t at) const;
    void append(const header& h);

    std::string bytes_;
    struct shared_message {
        topics::message_ptr message;
        storage::recipient_list durable;
    };
    std::vector<shared_message> shared_;
    std::size_t size_ = 0;
};

// Any thread delivers, one worker collects.
class mailbox {
  public:
    // Takes the parcel's content and leaves an empty one, with memory of its own, in its place.
    // Returns true if the owner sleeps and has to be woken.
    bool deliver(parcel& from);
    std::size_t waiting() const { return waiting_.load(std::memory_order_relaxed); } // bytes

    // Moves all that waits to `out`, which held the parcels of the last time: their memory is used again.
    void collect(std::vector<parcel>& out);

    // The owner looks in here at the end of each turn, so that a busy one need not be woken. False: there is mail.
    bool fall_asleep();
    void awake() { asleep_.store(false, std::memory_order_relaxed); }

  private:
    static constexpr std::size_t kept_spares = 16;

    std::atomic<std::size_t> waiting_{0};
    std::atomic<bool> asleep_{true}; // set under the mutex, while there is no mail
    std::mutex mutex_;               // guards all below
    std::vector<parcel> parcels_, spares_;
};

} // namespace nightjar::worker
