// SUBSCRIBE, UNSUBSCRIBE and retained messages.
#include <boost/test/unit_test.hpp>

#include "tests/unit/session/fixture.hpp"

using namespace nightjar;
using namespace nightjar::session::test;
using codec::packet_type;

namespace {

std::string subscribe(std::vector<codec::subscription_request> requests) {
    std::string out;
    codec::append_subscribe(out, 5, requests);
    return out;
}

std::string suback(std::vector<std::uint8_t> codes) {
    std::string out;
    codec::append_suback(out, 5, codes);
    return out;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(subscribe_, fixture)

BOOST_AUTO_TEST_CASE(each_filter_gets_its_code) { // [MQTT-3.8.4-5]
    receive(subscribe({{"a", q0}, {"forbidden", q1}, {"b/#", q2}}));
    BOOST_TEST(to.take() == suback({0, codec::suback_failure, 2}));
    BOOST_TEST(broker.subscribed == (std::vector<std::string>{"a", "b/#"}), boost::test_tools::per_element());
    BOOST_TEST(client.subscription_count() == 2U);
}

BOOST_AUTO_TEST_CASE(retained_messages_follow_the_suback) { // [MQTT-3.3.1-6], [MQTT-3.3.1-8]
    broker.retained.push_back(topics::message::make("a", "old", q1, true));
    receive(subscribe({{"a", q1}}));
    BOOST_TEST(to.take() == suback({1}) + publish("a", "old", q1, 1, false, true));
}

BOOST_AUTO_TEST_CASE(a_live_message_never_overtakes_a_retained_one) {
    broker.retained.push_back(topics::message::make("a", "old", q0, true));
    receive(subscribe({{"b", q0}}));
    to.take();
    to.room = false; // the client does not read: the retained message waits
    receive(subscribe({{"a", q0}}));
    deliver("a", "new", q0, q0);
    to.room = true;
    to.take();
    client.on_drained();
    BOOST_TEST(to.take() == publish("a", "old", q0, 0, false, true) + publish("a", "new", q0, 0));
}

BOOST_AUTO_TEST_CASE(unsubscribe_takes_only_what_is_there) {
    receive(subscribe({{"a", q0}, {"b", q0}}));
    to.take();
    std::string packet;
    const codec::bytes filters[] = {"a", "unknown"};
    codec::append_unsubscribe(packet, 6, filters);
    receive(packet);
    BOOST_TEST(broker.unsubscribed == std::vector<std::string>{"a"}, boost::test_tools::per_element());
    BOOST_TEST(to.take() == ack(packet_type::unsuback, 6)); // [MQTT-3.10.4-5]: also for an unknown filter
}

BOOST_AUTO_TEST_CASE(the_end_takes_the_subscriptions_with_it) {
    receive(subscribe({{"a", q0}, {"b", q0}}));
    client.end();
    BOOST_TEST(broker.unsubscribed.size() == 2U);
}

BOOST_AUTO_TEST_SUITE_END()
