// Acknowledgements that wait for the disk, and the outbound handshakes.
#include <boost/test/unit_test.hpp>

#include "tests/unit/session/fixture.hpp"

using namespace nightjar;
using namespace nightjar::session::test;
using codec::packet_type;

BOOST_FIXTURE_TEST_SUITE(acknowledge_, fixture)

BOOST_AUTO_TEST_CASE(a_stored_publish_is_acknowledged_after_its_commit) {
    broker.store = true;
    receive(publish("a", "x", q1, 1));
    BOOST_TEST(to.take().empty());
    disk.commit();
    BOOST_TEST(to.take() == ack(packet_type::puback, 1));
}

BOOST_AUTO_TEST_CASE(acknowledgements_keep_the_order_of_their_publishes) { // [MQTT-4.6.0-2]
    broker.store = true;
    receive(publish("a", "x", q1, 1));
    broker.store = false;
    receive(publish("b", "x", q1, 2));
    BOOST_TEST(to.take().empty());
    disk.commit();
    BOOST_TEST(to.take() == ack(packet_type::puback, 1) + ack(packet_type::puback, 2));
}

BOOST_AUTO_TEST_CASE(only_what_is_on_disk_is_acknowledged) {
    broker.store = true;
    receive(publish("a", "x", q1, 1));
    disk.open_ticket = 2;
    receive(publish("a", "x", q1, 2));
    disk.done = 1;
    client.on_committed();
    BOOST_TEST(to.take() == ack(packet_type::puback, 1));
    disk.done = 2;
    client.on_committed();
    BOOST_TEST(to.take() == ack(packet_type::puback, 2));
}

BOOST_AUTO_TEST_CASE(a_failed_commit_is_never_acknowledged) {
    broker.store = true;
    receive(publish("a", "x", q2, 1));
    client.on_commit_failed(1);
    disk.done = 1;
    client.on_committed();
    BOOST_TEST(to.take().empty());
    BOOST_TEST(to.closed);
    to.closed = false;
    receive(publish("a", "x", q2, 1, true)); // its second try counts as the first
    BOOST_TEST(broker.published.size() == 2U);
}

BOOST_AUTO_TEST_CASE(qos_2_outbound_handshake) { // [MQTT-4.3.3-1]
    deliver("t", "x", q2, q2);
    BOOST_TEST(to.take() == publish("t", "x", q2, 1));
    receive(ack(packet_type::pubrec, 1));
    BOOST_TEST(to.take() == ack(packet_type::pubrel, 1));
    receive(ack(packet_type::pubcomp, 1));
    receive(ack(packet_type::pubcomp, 1)); // once more harms nothing
    deliver("t", "y", q2, q2);
    BOOST_TEST(to.take() == publish("t", "y", q2, 2));
}

BOOST_AUTO_TEST_CASE(an_unknown_pubrel_is_completed) {
    receive(ack(packet_type::pubrel, 99));
    BOOST_TEST(to.take() == ack(packet_type::pubcomp, 99));
}

BOOST_AUTO_TEST_CASE(an_unknown_puback_is_ignored) {
    receive(ack(packet_type::puback, 99));
    BOOST_TEST(!to.closed);
}

BOOST_AUTO_TEST_SUITE_END()
