// mount_point: the broker sees whole topics, the client its part of them.
#include <boost/test/unit_test.hpp>

#include "tests/unit/session/fixture.hpp"

using namespace nightjar;
using namespace nightjar::session::test;
using codec::packet_type;

namespace {

struct mounted : fixture {
    mounted() : fixture(false, true) {
        client.come_by({0, q1, "up/"});
        disconnect();
        connect(false);
        disk.commit();
        to.take();
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(mount_, mounted)

BOOST_AUTO_TEST_CASE(publish_and_delivery) {
    receive(publish("a", "x", q0, 0));
    BOOST_TEST(broker.published.back() == "up/a");
    deliver("up/a", "x", q0, q1);
    BOOST_TEST(to.take() == publish("a", "x", q0, 0));
    deliver("up/a", "x", q1, q1);
    BOOST_TEST(to.take() == publish("a", "x", q1, 1));
}

BOOST_AUTO_TEST_CASE(what_lies_elsewhere_is_dropped_and_done_with) {
    for (const char* topic : {"a", "up", "up/", "upper/a"}) {
        deliver(topic, "x", q0, q1);
        deliver(topic, "x", q1, q1);
    }
    BOOST_TEST(to.take() == "");
    BOOST_TEST(disk.steps() == "done done done done");
    BOOST_TEST(broker.counted.dropped_for(plugin::drop_reason::denied).get() == 8U);
}

BOOST_AUTO_TEST_CASE(the_highest_qos_of_the_listener) {
    receive(publish("a", "x", q2, 7));
    BOOST_TEST(to.cause == "QoS of a PUBLISH above max_qos");
    BOOST_TEST(broker.published.empty());
}

BOOST_AUTO_TEST_CASE(topics_that_the_prefix_would_make_valid) {
    receive(publish("", "x", q0, 0));
    BOOST_TEST(to.closed);
    BOOST_TEST(broker.published.empty());
}

BOOST_AUTO_TEST_SUITE_END()
