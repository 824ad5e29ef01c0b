#include "broker/topics/message.hpp"

#include <string>

#include <boost/test/unit_test.hpp>

using namespace nightjar;
using topics::message;

BOOST_AUTO_TEST_SUITE(message_)

BOOST_AUTO_TEST_CASE(holds_its_own_copy) {
    std::string topic = "a/b", payload(100'000, 'x');
    const auto m = message::make(topic, payload, codec::qos::exactly_once, true);
    topic = "changed";
    payload.clear();
    BOOST_TEST(m->topic() == "a/b");
    BOOST_TEST(m->payload().size() == 100'000U);
    BOOST_TEST((m->qos() == codec::qos::exactly_once));
    BOOST_TEST(m->retain());
    const auto empty = message::make("t", {}, codec::qos::at_most_once, false);
    BOOST_TEST(empty->payload().empty());
}

BOOST_AUTO_TEST_SUITE_END()
