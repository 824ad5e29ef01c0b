// Outbound PUBLISH: window, queue, limits, resuming.
#include <boost/test/unit_test.hpp>

#include "tests/unit/session/fixture.hpp"

using namespace nightjar;
using namespace nightjar::session::test;
using codec::packet_type;

BOOST_FIXTURE_TEST_SUITE(deliver_, fixture)

BOOST_AUTO_TEST_CASE(the_lower_qos_counts) { // [MQTT-3.8.4-6]
    deliver("t", "x", q2, q0);
    BOOST_TEST(to.take() == publish("t", "x", q0, 0));
    deliver("t", "x", q1, q2);
    BOOST_TEST(to.take() == publish("t", "x", q1, 1));
}

BOOST_AUTO_TEST_CASE(what_does_not_fit_the_window_waits) {
    for (const char* text : {"1", "2", "3", "4"}) deliver("t", text, q1, q1);
    BOOST_TEST(to.take() == publish("t", "1", q1, 1) + publish("t", "2", q1, 2));
    receive(ack(packet_type::puback, 1));
    BOOST_TEST(to.take() == publish("t", "3", q1, 3));
    receive(ack(packet_type::puback, 3));
    BOOST_TEST(to.take() == publish("t", "4", q1, 4));
}

BOOST_AUTO_TEST_CASE(a_full_queue_drops_and_counts) { // window 2, queue 3
    for (int i = 0; i < 7; ++i) deliver("t", "x", q1, q1);
    BOOST_TEST(broker.counted.dropped_for(plugin::drop_reason::queue_full).get() == 2U);
}

BOOST_AUTO_TEST_CASE(drops_are_told_by_client) {
    for (int i = 0; i < 7; ++i) deliver("t", "x", q1, q1);
    plugin::client_record record;
    client.describe(record, {});
    BOOST_TEST(record.dropped[plugin::drop_reason::queue_full] == 2U);
    BOOST_TEST(record.dropped.all() == 2U);
    BOOST_TEST(record.inflight_out == 2U);
    BOOST_TEST(record.queued == 3U);
    conf.max_queued_messages = 0;
    conf.max_queued_bytes = 1;
    deliver("t", "x", q1, q1);
    client.end(); // two in flight and three queued are lost
    client.describe(record, {});
    BOOST_TEST(record.dropped[plugin::drop_reason::queue_bytes] == 1U);
    BOOST_TEST(record.dropped[plugin::drop_reason::session_ended] == 5U);
}

BOOST_AUTO_TEST_CASE(qos_0_to_a_client_that_does_not_read_is_dropped_and_counted) {
    to.room = false;
    deliver("t", "x", q0, q0);
    BOOST_TEST(to.take().empty());
    BOOST_TEST(broker.counted.dropped_for(plugin::drop_reason::output_full).get() == 1U);
}

BOOST_AUTO_TEST_CASE(in_flight_messages_are_sent_again_in_order) { // [MQTT-4.4.0-1]
    connect(false);
    deliver("t", "1", q1, q1);
    deliver("t", "2", q2, q2);
    deliver("t", "3", q1, q1);
    receive(ack(packet_type::pubrec, 2));
    disconnect();
    deliver("t", "4", q1, q1); // while the client is away
    to.take();
    connect(false);
    BOOST_TEST(to.take() == publish("t", "1", q1, 1, true) + ack(packet_type::pubrel, 2));
    receive(ack(packet_type::puback, 1));
    BOOST_TEST(to.take() == publish("t", "3", q1, 3));
    receive(ack(packet_type::pubcomp, 2));
    BOOST_TEST(to.take() == publish("t", "4", q1, 4));
}

BOOST_AUTO_TEST_CASE(qos_0_is_not_kept_for_a_client_that_is_away) {
    connect(false);
    disconnect();
    deliver("t", "x", q0, q0);
    connect(false);
    BOOST_TEST(to.take().empty());
    BOOST_TEST(broker.counted.dropped_for(plugin::drop_reason::offline).get() == 1U);
}

BOOST_AUTO_TEST_CASE(qos_0_is_kept_if_the_operator_wants_it) {
    conf.queue_qos0_messages = true;
    connect(false);
    disconnect();
    deliver("t", "x", q0, q0);
    connect(false);
    BOOST_TEST(to.take() == publish("t", "x", q0, 0));
}

BOOST_AUTO_TEST_CASE(large_payloads_go_by_reference) {
    const std::string large(10'000, 'L');
    deliver("t", large, q0, q0);
    BOOST_TEST((to.take() == publish("t", large, q0, 0)));
}

BOOST_AUTO_TEST_SUITE_END()
