// Inbound PUBLISH, MQTT-3.3 and MQTT-4.3.
#include "broker/codec/decode.hpp"
#include "broker/codec/topic.hpp"
#include "broker/session/session.hpp"

#include <algorithm>
#include <optional>

namespace nightjar::session {

void session::on_publish(std::uint8_t flags, codec::bytes body, codec::bytes frame) {
    const auto decoded = codec::decode_publish(flags, body, version_);
    if (!decoded) return protocol_error(decoded.error());
    codec::publish packet = *decoded;
    auto& count = broker_.count();
    ++messages_received_;
    count.publish_received.add();
    count.publish_bytes_received.add(packet.payload.size());
    if (packet.retain && !limits_.retain_available)
        return link_->close(ending::protocol_error, "retained message, but retain_available is false");
    if (packet.retain && broker_.memory_full()) {
        if (packet.qos == codec::qos::at_most_once) count_drop(plugin::drop_reason::memory_full);
        return link_->close(ending::other, "memory_limit is reached");
    }
    if (packet.qos > max_qos_)
        return link_->close(ending::protocol_error, "QoS of a PUBLISH above max_qos"); // [MQTT-3.2.2-11]

    if (packet.qos == codec::qos::exactly_once && inbound().unreleased.contains(packet.packet_id)) {
        // Seen before: not delivered again, acknowledged again [MQTT-4.3.3-2]. The first one may still be on its way to
        // disk.
        if (watched()) note_publish(packet, false);
        return acknowledge({codec::packet_type::pubrec, packet.packet_id}, disk_.last_ticket());
    }
    if (mount_) {
        if (const auto valid = codec::check_topic_name(packet.topic); !valid) return protocol_error(valid.error());
        packet.topic = mount_->full(packet.topic);
        if (packet.topic.size() > codec::longest_string)
            return link_->close(ending::protocol_error, "topic too long below its mount_point");
        frame = {};
    }
    std::optional<ticket> first;
    if (packet.dup && packet.qos == codec::qos::at_least_once && inbound_)
        first = inbound_->stored.find(packet, disk_.last_failed());
    repeats_ = first.has_value();
    const auto routed = broker_.publish(*this, packet, frame);
    repeats_ = false;
    if (routed.error) return protocol_error(*routed.error);
    const auto reason = routed.denied ? codec::reason_not_authorized : std::uint8_t{0};
    if (packet.qos == codec::qos::at_least_once) {
        const auto after = std::max(routed.durable_after, first.value_or(0));
        if (routed.plugin_stored && !first) inbound().stored.add(packet, after, inbound_->answers.size());
        acknowledge({codec::packet_type::puback, packet.packet_id, false, {}, reason}, after);
    } else if (packet.qos == codec::qos::exactly_once) {
        inbound().unreleased.insert(packet.packet_id);
        if (durable_) note(storage::put_inbound{number(), packet.packet_id});
        acknowledge({codec::packet_type::pubrec, packet.packet_id, routed.plugin_stored, {}, reason},
                    durable_ ? disk_.batch_ticket() : routed.durable_after);
    }
}

} // namespace nightjar::session
