// A durable session: what it notes before it sends, and that it answers only after the commit.
#include <boost/test/unit_test.hpp>

#include "tests/unit/session/fixture.hpp"

using namespace nightjar;
using namespace nightjar::session::test;
using codec::packet_type;

namespace {
struct durable_fixture : fixture {
    durable_fixture() : fixture(false, true) { disk.commit(); }
    std::int64_t offline_since_on_disk() const {
        return std::get<storage::put_session>(disk.open.sessions.back()).record.offline_since_ms;
    }
};
} // namespace

BOOST_FIXTURE_TEST_SUITE(durable, durable_fixture)

BOOST_AUTO_TEST_CASE(qos_1_is_sent_at_once_and_noted) {
    deliver("t", "a", q1, q1);
    BOOST_TEST(to.take() == publish("t", "a", q1, 1));
    receive(ack(packet_type::puback, 1));
    BOOST_TEST(disk.steps() == "sent 1 done");
}

BOOST_AUTO_TEST_CASE(qos_2_is_sent_after_its_packet_id_is_on_disk) {
    deliver("t", "a", q2, q2);
    BOOST_TEST(to.take().empty());
    disk.commit();
    BOOST_TEST(to.take() == publish("t", "a", q2, 1));
}

BOOST_AUTO_TEST_CASE(pubrel_waits_for_the_disk) {
    deliver("t", "a", q2, q2);
    disk.commit();
    to.take();
    receive(ack(packet_type::pubrec, 1));
    BOOST_TEST(to.take().empty());
    BOOST_TEST(disk.steps() == "released 1");
    disk.commit();
    BOOST_TEST(to.take() == ack(packet_type::pubrel, 1));
    receive(ack(packet_type::pubcomp, 1));
    BOOST_TEST(disk.steps() == "done");
}

BOOST_AUTO_TEST_CASE(nothing_overtakes_a_message_that_waits) {
    deliver("t", "a", q2, q2);
    deliver("t", "b", q1, q1);
    BOOST_TEST(to.take().empty());
    disk.commit();
    BOOST_TEST(to.take() == publish("t", "a", q2, 1) + publish("t", "b", q1, 2));
}

BOOST_AUTO_TEST_CASE(what_waits_for_the_disk_is_not_sent_before_older_messages_after_a_reconnect) {
    deliver("t", "a", q1, q1);
    BOOST_TEST(to.take() == publish("t", "a", q1, 1));
    deliver("t", "b", q2, q2); // held
    disconnect();
    connect(false);
    BOOST_TEST(to.take() == publish("t", "a", q1, 1, true));
    disk.commit();
    BOOST_TEST(to.take() == publish("t", "b", q2, 2));
}

BOOST_AUTO_TEST_CASE(pubrec_and_pubcomp_wait_for_the_disk) {
    receive(publish("t", "x", q2, 7));
    BOOST_TEST(to.take().empty());
    disk.commit();
    BOOST_TEST(to.take() == ack(packet_type::pubrec, 7));
    receive(ack(packet_type::pubrel, 7));
    BOOST_TEST(to.take().empty());
    disk.commit();
    BOOST_TEST(to.take() == ack(packet_type::pubcomp, 7));
}

BOOST_AUTO_TEST_CASE(what_is_dropped_is_noted) {
    disconnect();
    for (int i = 0; i < 4; ++i) deliver("t", "x", q1, q1); // the queue takes three
    BOOST_TEST(disk.steps() == "done");
}

BOOST_AUTO_TEST_CASE(its_end_leaves_nothing_on_disk) {
    deliver("t", "a", q1, q1);
    disconnect();
    deliver("t", "b", q1, q1);
    disk.commit();
    client.end();
    BOOST_TEST(disk.steps() == "done done");
    BOOST_TEST(std::holds_alternative<storage::remove_session>(disk.open.sessions.back()));
}

BOOST_AUTO_TEST_CASE(it_comes_back_as_it_was) {
    const auto message = [](const char* payload) {
        return storage::loggable_ptr(topics::message::make("t", payload, q2, false));
    };
    storage::restored_session saved;
    saved.record.number = 1;
    saved.messages.push_back({message("a"), 2, false, storage::step::released, 5});
    saved.messages.push_back({message("b"), 2, false, storage::step::sent, 9});
    saved.inbound = {3};
    session::session back{{1}, "c", conf, broker, disk, log};
    back.restore(std::move(saved), {});
    codec::connect packet;
    packet.clean_session = false;
    to.take();
    back.attach(to, packet, true, 0);
    BOOST_TEST(to.take().substr(4) == ack(packet_type::pubrel, 5) + publish("t", "b", q2, 9, true));
    const auto again = publish("t", "x", q2, 3, true);
    back.on_packet(**codec::read_fixed_header(again), again);
    BOOST_TEST(broker.published.empty()); // delivered before the restart
}

BOOST_AUTO_TEST_CASE(its_absence_moves_with_the_wall_clock) {
    client.detach(true, {100, 5'000'000});
    BOOST_TEST(offline_since_on_disk() == 5'000'000);
    client.note_absence({160, 90'000'000});
    BOOST_TEST(offline_since_on_disk() == 90'000'000 - 60'000);
}

BOOST_AUTO_TEST_CASE(an_absence_that_nobody_noted_begins_with_the_start) {
    for (const std::int64_t noted : {0, 9'000'000}) { // it was connected; the clock was ahead
        storage::restored_session saved;
        saved.record.offline_since_ms = noted;
        session::session back{{1}, "c", conf, broker, disk, log};
        back.restore(std::move(saved), {3, 5'000'000});
        BOOST_TEST(back.offline_since() == 3);
        BOOST_TEST(offline_since_on_disk() == 5'000'000);
    }
    disk.commit();
    storage::restored_session saved;
    saved.record.offline_since_ms = 1'000'000;
    session::session back{{1}, "c", conf, broker, disk, log};
    back.restore(std::move(saved), {3, 5'000'000});
    BOOST_TEST(back.offline_since() == 3 - 4'000);
    BOOST_TEST(disk.open.sessions.empty());
}

BOOST_AUTO_TEST_SUITE_END()
