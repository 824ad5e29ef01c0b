#include "broker/codec/encode.hpp"

#include "broker/codec/decode.hpp"
#include "broker/codec/frame.hpp"

#include <boost/test/unit_test.hpp>

using namespace nightjar::codec;
using namespace std::string_literals;

namespace {
constexpr auto v4 = protocol_version::v3_1_1;
}

BOOST_AUTO_TEST_SUITE(encode_)

BOOST_AUTO_TEST_CASE(answers_have_their_bytes) {
    BOOST_TEST(bytes(encode_connack(true, connack_code::accepted, v4)) == "\x20\2\1\0"s);
    BOOST_TEST(bytes(encode_connack(true, connack_code::accepted, protocol_version::v3_1)) == "\x20\2\0\0"s);
    BOOST_TEST(bytes(encode_connack(true, connack_code::not_authorized, v4)) == "\x20\2\0\5"s); // [MQTT-3.2.2-4]
    BOOST_TEST(bytes(encode_acknowledgement(packet_type::puback, 0x1234)) == "\x40\2\x12\x34"s);
    BOOST_TEST(bytes(encode_acknowledgement(packet_type::pubrel, 1)) == "\x62\2\0\1"s);
    BOOST_TEST(bytes(encode_empty(packet_type::pingresp)) == "\xd0\0"s);
    std::string out;
    const std::uint8_t codes[] = {0, 2, suback_failure};
    append_suback(out, 7, codes);
    BOOST_TEST(out == "\x90\5\0\7\0\2\x80"s);
}

BOOST_AUTO_TEST_CASE(publish_comes_back_as_it_went) {
    for (const std::size_t size : {0U, 1U, 121U, 122U, 123U, 16'376U, 16'377U, 16'400U, 2'097'152U}) {
        const std::string payload(size, 'p');
        for (const auto q : {qos::at_most_once, qos::at_least_once, qos::exactly_once}) {
            const publish sent{"a/b",
                               payload,
                               q,
                               true,
                               q != qos::at_most_once,
                               static_cast<packet_id>(q == qos::at_most_once ? 0 : 500)};
            std::string out(publish_size(sent, v4), '\0');
            BOOST_REQUIRE(write_publish(out.data(), sent, v4) == out.data() + out.size());
            BOOST_REQUIRE(publish_header_size(sent, v4) == out.size() - size);
            const auto header = **read_fixed_header(out);
            BOOST_REQUIRE(header.frame_size() == out.size());
            const auto got = decode_publish(header.flags, bytes(out).substr(header.header_size), v4);
            BOOST_REQUIRE(got.has_value());
            BOOST_TEST(got->topic == "a/b");
            BOOST_TEST((got->payload == payload));
            BOOST_TEST((got->qos == q));
            BOOST_TEST(got->retain);
            BOOST_TEST(got->dup == sent.dup);
            BOOST_TEST(got->packet_id == sent.packet_id);
        }
    }
}

BOOST_AUTO_TEST_CASE(connect_comes_back_as_it_went) {
    connect sent;
    sent.client_id = "id";
    sent.keep_alive = 300;
    sent.clean_session = false;
    sent.will = will{"w", "payload", qos::at_least_once, true};
    sent.user_name = "";
    sent.password = "secret";
    std::string out;
    append_connect(out, sent);
    const auto header = **read_fixed_header(out);
    const auto got = decode_connect(header.flags, bytes(out).substr(header.header_size));
    BOOST_REQUIRE(got.has_value());
    BOOST_TEST(got->client_id == "id");
    BOOST_TEST(got->keep_alive == 300);
    BOOST_TEST(!got->clean_session);
    BOOST_TEST(got->will->payload == "payload");
    BOOST_TEST(got->user_name->empty());
    BOOST_TEST(*got->password == "secret");
}

BOOST_AUTO_TEST_SUITE_END()
