#include "broker/session/inflight_window.hpp"

#include <set>

#include <boost/test/unit_test.hpp>

using namespace nightjar;
using session::inflight_window;

namespace {
topics::message_ptr make() { return topics::message::make("t", "p", codec::qos::at_least_once, false); }
} // namespace

BOOST_AUTO_TEST_SUITE(inflight_window_)

BOOST_AUTO_TEST_CASE(finds_what_it_gave_an_id) {
    session::counters counted;
    inflight_window window{counted};
    const auto id = window.add(make(), codec::qos::at_least_once, false).id;
    BOOST_TEST(id == 1);
    BOOST_REQUIRE(window.find(id) != nullptr);
    BOOST_TEST((window.find(id)->state == inflight_window::state::awaiting_puback));
    BOOST_TEST((window.find(17) == nullptr)); // the same slot of a window of 16
    window.remove(*window.find(id));
    BOOST_TEST((window.find(id) == nullptr));
    BOOST_TEST(window.size() == 0U);
}

BOOST_AUTO_TEST_CASE(never_gives_an_id_twice_at_a_time) { // [MQTT-2.3.1-2]
    session::counters counted;
    inflight_window window{counted};
    const auto straggler = window.add(make(), codec::qos::exactly_once, false).id;
    for (int i = 0; i < 200'000; ++i) {
        auto& slot = window.add(make(), codec::qos::at_least_once, false);
        BOOST_REQUIRE(slot.id != straggler);
        BOOST_REQUIRE(slot.id != 0);
        window.remove(slot);
    }
    BOOST_TEST((window.find(straggler)->state == inflight_window::state::awaiting_pubrec));
}

BOOST_AUTO_TEST_CASE(holds_all_packet_ids) {
    session::counters counted;
    inflight_window window{counted};
    std::set<codec::packet_id> ids;
    for (int i = 0; i < 65'535; ++i) ids.insert(window.add(make(), codec::qos::at_least_once, false).id);
    BOOST_TEST(ids.size() == 65'535U);
    BOOST_TEST(window.size() == 65'535U);
}

BOOST_AUTO_TEST_CASE(keeps_the_order_of_sending) {
    session::counters counted;
    inflight_window window{counted};
    std::vector<codec::packet_id> sent;
    for (int i = 0; i < 100; ++i) sent.push_back(window.add(make(), codec::qos::at_least_once, false).id);
    for (int i = 0; i < 100; i += 3) window.remove(*window.find(sent[static_cast<std::size_t>(i)]));
    codec::packet_id before = 0;
    const auto ordered = window.in_order();
    BOOST_TEST(ordered.size() == window.size());
    for (const auto* slot : ordered) {
        BOOST_TEST(slot->id > before);
        before = slot->id;
    }
}

BOOST_AUTO_TEST_CASE(what_is_in_it_counts_as_waiting) {
    session::counters counted;
    {
        inflight_window window{counted};
        auto& first = window.add(make(), codec::qos::exactly_once, false);
        const auto id = first.id;
        window.restore(make(), 100, inflight_window::state::awaiting_puback, false);
        BOOST_TEST(counted.waiting.get() == 2U);
        BOOST_TEST(counted.waiting_bytes.get() == 2U);
        window.find(id)->message.reset(); // after PUBREC its place is still taken
        BOOST_TEST(counted.waiting_bytes.get() == 2U);
        window.remove(*window.find(id));
        BOOST_TEST(counted.waiting.get() == 1U);
        BOOST_TEST(counted.waiting_bytes.get() == 1U);
    }
    BOOST_TEST(counted.waiting.get() == 0U);
    BOOST_TEST(counted.waiting_bytes.get() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
