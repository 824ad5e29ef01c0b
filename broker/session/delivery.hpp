// One PUBLISH on its way to its subscribers of one worker. What several of them need is made once, on first need:
// the QoS 0 frame, and the shared message that QoS 1, QoS 2 and large payloads want. Lives on the stack.
#pragma once

#include "broker/codec/packets.hpp"
#include "broker/topics/message.hpp"

#include <string>

namespace nightjar::session {

class session;

class delivery {
  public:
    // `frame`: the packet as it came, may be empty; views must outlive this. `scratch`: the worker's, reused. `writer`:
    // who published it, if that is a session of this worker.
    delivery(const codec::publish& packet, codec::bytes frame, std::string& scratch, const session* writer = nullptr);
    delivery(const topics::message_ptr& m, std::string& scratch, const session* writer = nullptr);

    const codec::publish& packet() const { return packet_; }
    bool is_from(const session& s) const { return writer_ == &s; }
    // As a PUBLISH with QoS 0, without DUP and RETAIN [MQTT-3.3.1-9]. The same bytes for every 3.1 and 3.1.1 client.
    codec::bytes qos0_frame() {
        if (qos0_frame_.empty()) encode_qos0();
        return qos0_frame_;
    }
    const topics::message_ptr& shared() {
        if (!shared_) shared_ = topics::message::make(packet_.topic, packet_.payload, packet_.qos, packet_.retain);
        return shared_;
    }
    // Large payloads are sent from the shared message, small ones copied: a copy of 4 KiB costs less than an iovec's
    // care.
    bool large() const { return packet_.payload.size() > 4096; }

  private:
    void encode_qos0();

    codec::publish packet_;
    codec::bytes qos0_frame_;
    std::string& scratch_;
    topics::message_ptr shared_;
    const session* writer_;
};

} // namespace nightjar::session
