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

// Of many retained messages: a hundred are found at a time (fake_router), five hundred written.
struct many_retained : fixture {
    static constexpr int all = 1500;
    explicit many_retained(bool clean = true, bool durable = false) : fixture(clean, durable) {
        for (int i = 0; i < all; ++i) broker.retained.push_back(retained(i));
    }
    static topics::message_ptr retained(int i) { return topics::message::make(std::to_string(i), "old", q1, true); }
    static std::string sent(int begin, int end) {
        std::string out;
        for (int i = begin; i < end; ++i) out += publish(std::to_string(i), "old", q0, 0, false, true);
        return out;
    }
    bool again() { // what the worker does
        if (!std::exchange(to.called_again, false)) return false;
        client.on_drained();
        return true;
    }
};

BOOST_FIXTURE_TEST_CASE(many_come_in_pieces, many_retained) {
    receive(subscribe({{"#", q0}}));
    BOOST_TEST(to.take() == suback({0}) + sent(0, 100));
    int pieces = 1;
    std::string out;
    for (; again(); ++pieces) out += to.take();
    BOOST_TEST(out == sent(100, all));
    BOOST_TEST(pieces == 15);
}

BOOST_FIXTURE_TEST_CASE(what_is_published_meanwhile_comes_behind_them, many_retained) {
    receive(subscribe({{"#", q0}}));
    to.take();
    deliver("live", "0", q0, q0);
    deliver("live", "1", q1, q1);
    BOOST_TEST(to.take().empty());
    std::string out;
    while (again()) out += to.take();
    BOOST_TEST(out == sent(100, all) + publish("live", "0", q0, 0) + publish("live", "1", q1, 1));
    deliver("live", "2", q0, q0);
    BOOST_TEST(to.take() == publish("live", "2", q0, 0));
}

BOOST_FIXTURE_TEST_CASE(what_is_retained_meanwhile_comes_once, many_retained) {
    receive(subscribe({{"#", q0}}));
    to.take();
    const auto changed = topics::message::make("1400", "new", q0, true);
    broker.retained[1400] = changed;
    std::string scratch;
    session::delivery d(changed, scratch);
    client.deliver(d, q0);
    std::string out;
    while (again()) out += to.take();
    BOOST_TEST(out == sent(100, 1400) + sent(1401, all) + publish("1400", "new", q0, 0));
}

BOOST_FIXTURE_TEST_CASE(who_does_not_read_waits_with_its_search, many_retained) {
    to.room = false;
    receive(subscribe({{"#", q0}}));
    BOOST_TEST(!again());
    to.room = true;
    to.take();
    client.on_drained();
    std::string out = to.take();
    while (again()) out += to.take();
    BOOST_TEST(out == sent(0, all));
}

BOOST_FIXTURE_TEST_CASE(a_search_ends_with_its_subscription, many_retained) {
    receive(subscribe({{"#", q0}}));
    std::string packet;
    const codec::bytes filters[] = {"#"};
    codec::append_unsubscribe(packet, 6, filters);
    receive(packet);
    to.take();
    BOOST_TEST(again());
    BOOST_TEST(!again());
    BOOST_TEST(to.take().empty());
}

BOOST_FIXTURE_TEST_CASE(a_search_begins_anew_with_its_subscription, many_retained) { // [MQTT-3.8.4-3]
    receive(subscribe({{"#", q0}}));
    to.take();
    receive(subscribe({{"#", q0}}));
    std::string out = to.take();
    while (again()) out += to.take();
    BOOST_TEST(out == suback({0}) + sent(0, all));
}

struct many_retained_kept : many_retained {
    many_retained_kept() : many_retained(false, true) {}
};

BOOST_FIXTURE_TEST_CASE(a_search_ends_with_its_connection, many_retained_kept) {
    receive(subscribe({{"#", q0}}));
    to.take();
    disconnect();
    connect(false);
    to.take();
    again();
    BOOST_TEST(to.take().empty());
}

BOOST_FIXTURE_TEST_CASE(what_a_durable_suback_promises_is_kept_at_once, many_retained_kept) {
    receive(subscribe({{"#", q1}}));
    BOOST_TEST(disk.open.messages.size() == static_cast<std::size_t>(all));
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
