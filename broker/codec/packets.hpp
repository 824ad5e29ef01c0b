// Packets as views into their frame. Decoding allocates nothing; encoding writes where the caller says.
#pragma once

#include "broker/codec/types.hpp"

#include <optional>

namespace nightjar::codec {

struct will {
    bytes topic;
    bytes payload;
    codec::qos qos = codec::qos::at_most_once;
    bool retain = false;
};

struct connect { // MQTT-3.1
    protocol_version version = protocol_version::v3_1_1;
    bool clean_session = true;
    std::uint16_t keep_alive = 0; // seconds
    bool bridge = false;          // of mosquitto, which says so in a bit of its own
    bytes client_id;
    std::optional<codec::will> will;
    std::optional<bytes> user_name;
    std::optional<bytes> password;
};

struct publish { // MQTT-3.3
    bytes topic; // not yet checked: valid_topic_name() costs, and the topic cache remembers its answer
    bytes payload;
    codec::qos qos = codec::qos::at_most_once;
    bool retain = false;
    bool dup = false;
    codec::packet_id packet_id = 0; // 0 at QoS 0
};

struct subscription_request {
    bytes filter; // valid_topic_filter() holds
    codec::qos qos = codec::qos::at_most_once;
};

// SUBSCRIBE and UNSUBSCRIBE carry lists. decode_*() has checked the whole list; next() walks it without allocation.
class filter_list {
  public:
    filter_list() = default;
    filter_list(bytes encoded, bool with_qos) : rest_(encoded), with_qos_(with_qos) {}
    std::optional<subscription_request> next();

  private:
    bytes rest_;
    bool with_qos_ = false;
};

struct subscribe { // MQTT-3.8
    codec::packet_id packet_id = 0;
    filter_list filters;
};

struct unsubscribe { // MQTT-3.10
    codec::packet_id packet_id = 0;
    filter_list filters; // qos has no meaning
};

struct connack { // MQTT-3.2
    bool session_present = false;
    connack_code code = connack_code::accepted;
};

struct suback { // MQTT-3.9
    codec::packet_id packet_id = 0;
    bytes codes; // one byte for each filter: 0, 1, 2 or suback_failure
};

} // namespace nightjar::codec
