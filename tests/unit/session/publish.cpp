// Inbound PUBLISH: acknowledgements and QoS 2 without duplicates.
#include <boost/test/unit_test.hpp>

#include "tests/unit/session/fixture.hpp"

using namespace nightjar;
using namespace nightjar::session::test;
using codec::packet_type;

BOOST_FIXTURE_TEST_SUITE(publish_, fixture)

BOOST_AUTO_TEST_CASE(qos_0_is_not_acknowledged) {
    receive(publish("a/b", "x", q0, 0));
    BOOST_TEST(broker.published.size() == 1U);
    BOOST_TEST(to.take().empty());
}

BOOST_AUTO_TEST_CASE(qos_1_gets_a_puback) { // [MQTT-4.3.2-2]
    receive(publish("a/b", "x", q1, 7));
    BOOST_TEST(to.take() == ack(packet_type::puback, 7));
}

BOOST_AUTO_TEST_CASE(qos_2_is_delivered_once) { // [MQTT-4.3.3-2]
    receive(publish("a", "x", q2, 7));
    receive(publish("a", "x", q2, 7, true));
    BOOST_TEST(broker.published.size() == 1U);
    BOOST_TEST(to.take() == ack(packet_type::pubrec, 7) + ack(packet_type::pubrec, 7));
    receive(ack(packet_type::pubrel, 7));
    BOOST_TEST(to.take() == ack(packet_type::pubcomp, 7));
    receive(publish("a", "y", q2, 7)); // the id is free again
    BOOST_TEST(broker.published.size() == 2U);
}

BOOST_AUTO_TEST_CASE(qos_2_is_delivered_once_over_a_reconnect) {
    connect(false);
    receive(publish("a", "x", q2, 7));
    disconnect();
    connect(false);
    receive(publish("a", "x", q2, 7, true));
    BOOST_TEST(broker.published.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_wrong_topic_closes) {
    broker.refuse = codec::error::invalid_topic_name;
    receive(publish("a/+", "x", q1, 7));
    BOOST_TEST(to.closed);
    BOOST_TEST(to.take().empty());
}

BOOST_AUTO_TEST_CASE(a_second_connect_closes) { // [MQTT-3.1.0-2]
    std::string packet;
    codec::connect again;
    again.client_id = "c";
    codec::append_connect(packet, again);
    receive(packet);
    BOOST_TEST(to.cause == "second CONNECT");
}

BOOST_AUTO_TEST_CASE(the_will_is_sent_unless_the_client_says_goodbye) { // [MQTT-3.1.2-8], [MQTT-3.1.2-10]
    codec::connect packet;
    packet.client_id = "c";
    packet.will = codec::will{"will/topic", "gone", q1, true};
    client.attach(to, packet, false, 0);
    disconnect();
    BOOST_TEST(broker.published == std::vector<std::string>{"will/topic"}, boost::test_tools::per_element());
    client.attach(to, packet, false, 0);
    client.detach(true, {});
    BOOST_TEST(broker.published.size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
