#include "broker/codec/decode.hpp"

#include "broker/codec/frame.hpp"
#include "tests/unit/codec/packet_samples.hpp"

#include <cstring>
#include <memory>
#include <random>

#include <boost/test/unit_test.hpp>

using namespace nightjar::codec;
using namespace std::string_literals;
using test::server_packets;

namespace {

constexpr auto v4 = protocol_version::v3_1_1;

// Decodes a frame as a server would; the error, or none.
std::optional<error> decode(bytes frame) {
    const auto read = read_fixed_header(frame);
    if (!read) return read.error();
    if (!*read || (**read).frame_size() != frame.size()) return error::truncated;
    const auto& h = **read;
    const auto body = frame.substr(h.header_size);
    const auto error_of = [](const auto& r) { return r ? std::nullopt : std::optional(r.error()); };
    switch (h.type) {
    case packet_type::connect: return error_of(decode_connect(h.flags, body));
    case packet_type::publish: return error_of(decode_publish(h.flags, body, v4));
    case packet_type::puback:
    case packet_type::pubrec:
    case packet_type::pubrel:
    case packet_type::pubcomp: return error_of(decode_acknowledgement(h.type, h.flags, body, v4));
    case packet_type::subscribe: return error_of(decode_subscribe(h.flags, body, v4));
    case packet_type::unsubscribe: return error_of(decode_unsubscribe(h.flags, body, v4));
    default: return error_of(decode_empty(h.type, h.flags, body, v4));
    }
}

// In a heap block of exactly its size, so that the address sanitizer sees one byte too far.
std::optional<error> decode_exact(const std::string& frame) {
    const auto exact = std::make_unique<char[]>(frame.size());
    std::memcpy(exact.get(), frame.data(), frame.size());
    return decode({exact.get(), frame.size()});
}

// The frame with its remaining length set to what follows; one length byte.
std::string with_length(std::string frame) {
    frame[1] = static_cast<char>(frame.size() - 2);
    return frame;
}

} // namespace

BOOST_AUTO_TEST_SUITE(decode_)

BOOST_AUTO_TEST_CASE(every_valid_packet_is_accepted) {
    for (const auto& s : server_packets) BOOST_TEST(!decode_exact(s.bytes).has_value(), s.name);
}

BOOST_AUTO_TEST_CASE(every_truncated_packet_is_refused) {
    for (const auto& s : server_packets)
        for (std::size_t size = 2; size < s.bytes.size(); ++size) {
            const auto cut = with_length(s.bytes.substr(0, size));
            // What is left of a PUBLISH may be one with a shorter payload; a list may end after an entry.
            const auto type = static_cast<std::uint8_t>(cut[0]) >> 4;
            const bool may_pass =
                (type == 3 && size >= s.bytes.size() - 1) || ((type == 8 || type == 10) && !decode(cut).has_value());
            if (may_pass) continue;
            BOOST_TEST(decode_exact(cut).has_value(), s.name << " cut to " << size);
        }
}

BOOST_AUTO_TEST_CASE(every_wrong_flag_is_refused) { // [MQTT-2.2.2-2]
    for (const auto& s : server_packets) {
        if (static_cast<std::uint8_t>(s.bytes[0]) >> 4 == 3) continue;
        for (int flags = 0; flags < 16; ++flags) {
            auto changed = s.bytes;
            changed[0] = static_cast<char>((changed[0] & 0xF0) | flags);
            BOOST_TEST(decode_exact(changed).has_value() == (changed != s.bytes), s.name << " flags " << flags);
        }
    }
}

BOOST_AUTO_TEST_CASE(every_byte_may_be_wrong) {
    std::mt19937 random(3);
    for (const auto& s : server_packets)
        for (int round = 0; round < 3000; ++round) {
            auto changed = s.bytes;
            for (int n = 0; n < 3; ++n) changed[random() % changed.size()] = static_cast<char>(random());
            static_cast<void>(decode_exact(changed)); // no crash, no read past the end
        }
}

BOOST_AUTO_TEST_CASE(connect_is_read_whole) {
    const auto& frame = server_packets[2].bytes;
    const auto c = decode_connect(0, bytes(frame).substr(2));
    BOOST_REQUIRE(c.has_value());
    BOOST_TEST(c->client_id == "c");
    BOOST_TEST(c->keep_alive == 10);
    BOOST_TEST(c->clean_session);
    BOOST_REQUIRE(c->will.has_value());
    BOOST_TEST(c->will->topic == "w/t");
    BOOST_TEST(c->will->payload == "gone");
    BOOST_TEST((c->will->qos == qos::exactly_once));
    BOOST_TEST(c->will->retain);
    BOOST_TEST(*c->user_name == "u");
    BOOST_TEST(*c->password == "pw");
}

BOOST_AUTO_TEST_CASE(connect_errors_have_their_names) {
    const auto connect_error = [](const std::string& body) { return decode_connect(0, body).error(); };
    BOOST_TEST((connect_error("\0\4MQTX\4\2\0\0\0\1c"s) == error::protocol_name));
    BOOST_TEST((connect_error("\0\4MQTT\5\2\0\0\0\0\1c"s) == error::protocol_level));
    BOOST_TEST((connect_error("\0\6MQIsdp\4\2\0\0\0\1c"s) == error::protocol_level));
    BOOST_TEST((connect_error("\0\4MQTT\4\3\0\0\0\1c"s) == error::connect_reserved_flag));
    BOOST_TEST((connect_error("\0\4MQTT\4\x22\0\0\0\1c"s) == error::will_flags));
    BOOST_TEST((connect_error("\0\4MQTT\4\x1e\0\0\0\1c\0\1t\0\0"s) == error::will_flags));
    BOOST_TEST((connect_error("\0\4MQTT\4\x42\0\0\0\1c\0\1p"s) == error::password_without_user_name));
    BOOST_TEST((connect_error("\0\4MQTT\4\2\0\0\0\2\xc3\x28"s) == error::invalid_utf8));
    BOOST_TEST((connect_error("\0\4MQTT\4\2\0\0\0\1cx"s) == error::trailing_bytes));
    BOOST_TEST((connect_error("\0\6MQIsdp\3\2\0\0\0\0"s) == error::client_id_missing));
    BOOST_TEST(decode_connect(0, "\0\4MQTT\x84\2\0\0\0\1c"s)->bridge); // of mosquitto
    BOOST_TEST(!decode_connect(0, "\0\4MQTT\4\2\0\0\0\1c"s)->bridge);
}

BOOST_AUTO_TEST_CASE(publish_errors_have_their_names) {
    const auto publish_error = [](std::uint8_t flags, const std::string& body) {
        return decode_publish(flags, body, v4).error();
    };
    BOOST_TEST((publish_error(6, "\0\1t\0\1"s) == error::qos_3));
    BOOST_TEST((publish_error(8, "\0\1t"s) == error::dup_with_qos_0));
    BOOST_TEST((publish_error(2, "\0\1t\0\0"s) == error::packet_id_zero));
    BOOST_TEST((publish_error(2, "\0\1t\0"s) == error::truncated));
    BOOST_TEST((publish_error(0, "\xff\xff"
                                 "ab"s) == error::truncated));
}

BOOST_AUTO_TEST_CASE(subscribe_errors_have_their_names) {
    const auto subscribe_error = [](const std::string& body) { return decode_subscribe(2, body, v4).error(); };
    BOOST_TEST((subscribe_error("\0\1"s) == error::no_topic_filter));
    BOOST_TEST((subscribe_error("\0\0\0\1a\0"s) == error::packet_id_zero));
    BOOST_TEST((subscribe_error("\0\1\0\1a\3"s) == error::reserved_qos_bits));
    BOOST_TEST((subscribe_error("\0\1\0\1a\x80"s) == error::reserved_qos_bits));
    BOOST_TEST((subscribe_error("\0\1\0\3a/b"s) == error::truncated)); // no options byte
    BOOST_TEST((subscribe_error("\0\1\0\0\0"s) == error::invalid_topic_filter));
    BOOST_TEST((subscribe_error("\0\1\0\2a#\0"s) == error::invalid_topic_filter));
}

BOOST_AUTO_TEST_CASE(filters_come_in_order) {
    auto packet = decode_subscribe(2, "\0\7\0\3a/b\1\0\2c\x2f\2"s, v4);
    const std::string body = "\0\7\0\3a/b\1\0\2c\x2f\2"s;
    packet = decode_subscribe(2, body, v4);
    BOOST_REQUIRE(packet.has_value());
    BOOST_TEST(packet->packet_id == 7);
    auto list = packet->filters;
    const auto first = list.next(), second = list.next();
    BOOST_TEST(first->filter == "a/b");
    BOOST_TEST((first->qos == qos::at_least_once));
    BOOST_TEST(second->filter == "c/");
    BOOST_TEST(!list.next().has_value());
}

BOOST_AUTO_TEST_CASE(version_3_1_may_set_dup_where_3_1_1_may_not) {
    BOOST_TEST(decode_acknowledgement(packet_type::pubrel, 0x0A, "\0\1"s, protocol_version::v3_1).has_value());
    BOOST_TEST(!decode_acknowledgement(packet_type::pubrel, 0x0A, "\0\1"s, v4).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
