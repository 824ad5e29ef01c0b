// A QoS 1 message that a plugin has stored, sent again because its PUBACK was lost (features section 7 row 5).
#include "broker/session/stored_publishes.hpp"

#include <boost/test/unit_test.hpp>

#include "tests/unit/session/fixture.hpp"

using namespace nightjar;
using namespace nightjar::session::test;
using codec::packet_type;

namespace {

struct storing : fixture {
    storing() : fixture(false, true) { broker.store = true; }
    // Does the plugin hear that it came before?
    bool repeats(codec::bytes topic, codec::bytes payload, codec::packet_id id, bool dup) {
        receive(publish(topic, payload, q1, id, dup));
        return broker.repeated;
    }
    void reconnect() {
        disconnect();
        connect(false);
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(redelivery, storing)

BOOST_AUTO_TEST_CASE(the_same_again_with_dup) {
    BOOST_TEST(!repeats("t", "1", 7, false));
    disk.commit();
    to.take();
    reconnect();
    BOOST_TEST(repeats("t", "1", 7, true));
    disk.commit();
    BOOST_TEST(to.take() == ack(packet_type::puback, 7)); // acknowledged all the same
    BOOST_TEST(repeats("t", "1", 7, true));               // and again
}

BOOST_AUTO_TEST_CASE(without_dup_or_with_another_id_topic_or_payload_it_is_another) {
    repeats("t", "1", 7, false);
    BOOST_TEST(!repeats("t", "1", 7, false));
    BOOST_TEST(!repeats("t", "1", 8, true));
    BOOST_TEST(!repeats("u", "1", 7, true));
    BOOST_TEST(!repeats("u", "2", 7, true)); // the id's newest is u 1
    BOOST_TEST(repeats("u", "2", 7, true));
}

BOOST_AUTO_TEST_CASE(what_no_plugin_stored_is_not_remembered) {
    broker.store = false;
    repeats("t", "1", 7, false);
    broker.store = true;
    BOOST_TEST(!repeats("t", "1", 7, true));
}

BOOST_AUTO_TEST_CASE(its_acknowledgement_waits_for_the_first_one) {
    repeats("t", "1", 7, false);
    reconnect();
    broker.store = false;
    BOOST_TEST(repeats("t", "1", 7, true));
    BOOST_TEST(to.take().empty());
    disk.commit();
    BOOST_TEST(to.take() == ack(packet_type::puback, 7));
}

BOOST_AUTO_TEST_CASE(what_could_not_be_written_is_stored_when_it_comes_again) {
    repeats("t", "1", 7, false);
    reconnect();
    disk.failed = disk.open_ticket++;
    BOOST_TEST(!repeats("t", "1", 7, true));
    BOOST_TEST(repeats("t", "1", 7, true));
}

BOOST_AUTO_TEST_CASE(the_last_messages_of_a_burst) {
    nightjar::session::stored_publishes all;
    const auto packet = [](unsigned n) {
        return codec::publish{"t", "x", q1, false, true, static_cast<codec::packet_id>(n)};
    };
    for (unsigned n = 1; n <= 500; ++n) all.add(packet(n), n, n); // none is answered yet
    for (unsigned n = 1; n <= 500; ++n) BOOST_TEST(all.find(packet(n), 0).value_or(0) == n);
    nightjar::session::stored_publishes few;
    for (unsigned n = 1; n <= 500; ++n) few.add(packet(n), n, 1);
    for (unsigned n = 469; n <= 500; ++n) BOOST_TEST(few.find(packet(n), 0).value_or(0) == n);
    BOOST_TEST(!few.find(packet(400), 0).has_value()); // bounded
}

BOOST_AUTO_TEST_SUITE_END()
