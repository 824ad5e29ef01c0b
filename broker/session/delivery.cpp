#include "broker/session/delivery.hpp"

#include "broker/codec/encode.hpp"

namespace nightjar::session {

namespace {

constexpr char qos0_first_byte = 0x30; // PUBLISH, DUP 0, QoS 0, RETAIN 0

codec::publish as_packet(const topics::message& m) { return {m.topic(), m.payload(), m.qos(), m.retain(), false, 0}; }

} // namespace

delivery::delivery(const codec::publish& packet, codec::bytes frame, std::string& scratch, const session* writer)
    : packet_(packet), scratch_(scratch), writer_(writer) {
    if (!frame.empty() && frame[0] == qos0_first_byte) qos0_frame_ = frame;
}

delivery::delivery(const topics::message_ptr& m, std::string& scratch, const session* writer)
    : packet_(as_packet(*m)), scratch_(scratch), shared_(m), writer_(writer) {}

void delivery::encode_qos0() {
    const codec::publish plain{packet_.topic, packet_.payload, codec::qos::at_most_once, false, false, 0};
    scratch_.resize(codec::publish_size(plain, codec::protocol_version::v3_1_1));
    codec::write_publish(scratch_.data(), plain, codec::protocol_version::v3_1_1);
    qos0_frame_ = scratch_;
}

} // namespace nightjar::session
