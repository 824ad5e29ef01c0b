#include "broker/worker/mailbox.hpp"

#include <string>
#include <thread>

#include <boost/test/unit_test.hpp>

using namespace nightjar;
using namespace nightjar::worker;

namespace {

codec::publish small(codec::bytes topic, codec::bytes payload, bool retain = false) {
    return {topic, payload, codec::qos::at_most_once, retain, false, 0};
}

std::string contents(const parcel& p) {
    std::string text;
    p.for_each([&](const codec::publish& m) { text += std::string(m.topic) + '=' + std::string(m.payload) + ' '; },
               [&](const topics::message_ptr& m, const storage::recipient_list&) {
                   text += "*" + std::string(m->topic()) + ' ';
               });
    return text;
}

} // namespace

BOOST_AUTO_TEST_SUITE(mailbox_)

BOOST_AUTO_TEST_CASE(a_parcel_keeps_order) {
    parcel p;
    p.add(small("a", "1"));
    p.add(topics::message::make("big", "x", codec::qos::at_least_once, false), nullptr);
    p.add(small("b/c", ""));
    BOOST_TEST(contents(p) == "a=1 *big b/c= ");
    p.clear();
    BOOST_TEST(p.empty());
}

BOOST_AUTO_TEST_CASE(the_owner_is_woken_once) {
    mailbox box;
    parcel p;
    p.add(small("a", "1"));
    BOOST_TEST(box.deliver(p));
    BOOST_TEST(p.empty());
    p.add(small("a", "2"));
    BOOST_TEST(!box.deliver(p)); // it has not looked yet
    std::vector<parcel> got;
    box.collect(got);
    BOOST_TEST(got.size() == 2U);
    BOOST_TEST(box.fall_asleep());
    p.add(small("a", "3"));
    BOOST_TEST(box.deliver(p));
    BOOST_TEST(!box.fall_asleep()); // with mail it stays awake
    box.collect(got);
    BOOST_TEST(box.fall_asleep());
    box.awake(); // by a socket
    p.add(small("a", "4"));
    BOOST_TEST(!box.deliver(p));
}

BOOST_AUTO_TEST_CASE(nothing_is_lost_between_threads) {
    mailbox box;
    constexpr int messages = 20'000, senders = 3;
    std::vector<std::thread> threads;
    for (int s = 0; s < senders; ++s)
        threads.emplace_back([&box, s] {
            parcel p;
            for (int i = 0; i < messages; ++i) {
                p.add(small(std::to_string(s), std::to_string(i)));
                if (i % 7 == 0) box.deliver(p);
            }
            if (!p.empty()) box.deliver(p);
        });
    int next[senders] = {};
    int total = 0;
    std::vector<parcel> got;
    while (total < messages * senders) {
        box.collect(got);
        for (const auto& p : got)
            p.for_each(
                [&](const codec::publish& m) {
                    const auto sender = static_cast<std::size_t>(m.topic[0] - '0');
                    BOOST_REQUIRE(std::string(m.payload) == std::to_string(next[sender]++));
                    ++total;
                },
                [](const topics::message_ptr&, const storage::recipient_list&) {
                    BOOST_FAIL("no shared message was sent");
                });
    }
    for (auto& t : threads) t.join();
}

BOOST_AUTO_TEST_SUITE_END()
