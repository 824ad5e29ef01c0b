#include "broker/codec/error.hpp"

namespace nightjar::codec {

std::string_view describe(error cause) {
    switch (cause) {
    case error::malformed_remaining_length: return "malformed remaining length";
    case error::packet_too_large: return "packet too large";
    case error::reserved_packet_type: return "reserved packet type";
    case error::invalid_flags: return "malformed packet: wrong flags";
    case error::truncated: return "malformed packet: a field reaches past its end";
    case error::trailing_bytes: return "malformed packet: bytes behind its last field";
    case error::protocol_name: return "unknown protocol name";
    case error::protocol_level: return "unacceptable protocol version";
    case error::connect_reserved_flag: return "malformed CONNECT: reserved flag";
    case error::will_flags: return "malformed CONNECT: will flags";
    case error::password_without_user_name: return "malformed CONNECT: password without user name";
    case error::client_id_missing: return "no client id";
    case error::invalid_utf8: return "malformed UTF-8";
    case error::invalid_topic_name: return "invalid topic name";
    case error::invalid_topic_filter: return "invalid topic filter";
    case error::too_many_levels: return "topic has too many levels";
    case error::qos_3: return "malformed PUBLISH: QoS 3";
    case error::dup_with_qos_0: return "malformed PUBLISH: DUP at QoS 0";
    case error::packet_id_zero: return "packet id 0";
    case error::no_topic_filter: return "no topic filter";
    case error::reserved_qos_bits: return "malformed SUBSCRIBE: reserved QoS bits";
    }
    return "protocol error";
}

} // namespace nightjar::codec
