// What waits, what leaves, and what is never written.
#include "broker/worker/batch_queue.hpp"

#include "broker/topics/message.hpp"

#include <boost/test/unit_test.hpp>

using namespace nightjar;
using storage::step;
using worker::batch_queue;

namespace {

using namespace std::chrono_literals;

struct fixture {
    batch_queue batches{1};
    batch_queue::clock::time_point now{1h};

    // A message for sessions 1 to `holders`; `live`: it is on its way to them.
    topics::message_ptr keep(int holders, bool live) {
        auto m = topics::message::make("t", "x", codec::qos::at_least_once, false);
        auto list = std::make_shared<std::vector<storage::recipient>>();
        for (int i = 1; i <= holders; ++i) list->push_back({static_cast<std::uint64_t>(i), 1, false});
        batches.open().add(m, 10, list, false);
        if (live) batches.open().soon_done = true;
        return m;
    }
    void done(const topics::message_ptr& m, storage::session_number session = 1) {
        batches.open().note({m, session, 0, step::done});
    }
    void sent(const topics::message_ptr& m, storage::session_number session = 1) {
        batches.open().note({m, session, 7, step::sent});
    }
    std::optional<batch_queue::departure> turn(batch_queue::haste how = batch_queue::haste::may_wait) {
        batches.end_turn(now);
        return batches.depart(now, how);
    }
    // From here on batches with live messages wait.
    void make_busy() {
        keep(1, true);
        BOOST_REQUIRE(turn().has_value());
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(batch_queue_, fixture)

BOOST_AUTO_TEST_CASE(nothing_open_nothing_leaves) {
    BOOST_TEST(batches.idle());
    BOOST_TEST(!turn().has_value());
    BOOST_TEST(batches.last_ticket() == 0U);
}

BOOST_AUTO_TEST_CASE(after_a_quiet_time_a_batch_leaves_at_once) {
    keep(1, true);
    BOOST_TEST(batches.last_ticket() == 1U);
    const auto leaving = turn();
    BOOST_REQUIRE(leaving.has_value());
    BOOST_TEST(leaving->up_to == 1U);
    BOOST_TEST(leaving->batches.size() == 1U);
    BOOST_TEST(batches.idle());
}

BOOST_AUTO_TEST_CASE(messages_for_absent_clients_never_wait) {
    make_busy();
    keep(1, false);
    BOOST_TEST(turn().has_value());
}

BOOST_AUTO_TEST_CASE(what_is_acknowledged_meanwhile_is_not_written) {
    make_busy();
    const auto m = keep(1, true);
    sent(m);
    BOOST_TEST(!turn().has_value());
    now += 1ms;
    done(m);
    const auto leaving = turn();
    BOOST_REQUIRE(leaving.has_value());
    BOOST_TEST(leaving->batches.empty());
    BOOST_TEST(leaving->up_to == 2U); // its ticket is good all the same
    BOOST_TEST(batches.idle());
}

BOOST_AUTO_TEST_CASE(what_is_not_acknowledged_leaves_in_time) {
    make_busy();
    const auto fast = keep(1, true), slow = keep(1, true);
    sent(fast);
    sent(slow);
    BOOST_TEST(!turn().has_value());
    done(fast);
    BOOST_TEST(!turn().has_value());
    now = batches.next_departure();
    const auto leaving = turn();
    BOOST_REQUIRE(leaving.has_value());
    BOOST_REQUIRE(leaving->batches.size() == 1U);
    const auto& batch = leaving->batches.front().second;
    BOOST_TEST(batch.messages.size() == 1U);
    BOOST_TEST((batch.messages.front().message == slow));
    BOOST_TEST(batch.progress.size() == 1U);
}

BOOST_AUTO_TEST_CASE(what_has_left_is_noted_as_done) {
    const auto m = keep(1, true);
    BOOST_REQUIRE(turn().has_value());
    done(m);
    const auto leaving = turn();
    BOOST_REQUIRE(leaving.has_value());
    BOOST_REQUIRE(leaving->batches.size() == 1U);
    BOOST_TEST(leaving->batches.front().second.progress.size() == 1U);
}

BOOST_AUTO_TEST_CASE(one_of_two_holders_is_not_enough) {
    make_busy();
    const auto m = keep(2, true);
    BOOST_TEST(!turn().has_value());
    done(m, 1);
    now += 3ms;
    const auto leaving = turn();
    BOOST_REQUIRE(leaving.has_value());
    BOOST_REQUIRE(leaving->batches.size() == 2U);
    BOOST_TEST(leaving->batches[0].second.messages.size() == 1U);
    BOOST_TEST(leaving->batches[1].second.progress.size() == 1U); // the other is still to be told of after a restart
}

BOOST_AUTO_TEST_CASE(another_writers_messages_are_noted_as_done) {
    const auto m = topics::message::make("t", "x", codec::qos::at_least_once, false);
    storage::write_batch theirs(2);
    theirs.add(m, 10, std::make_shared<std::vector<storage::recipient>>(1), false);
    done(m);
    const auto leaving = turn();
    BOOST_REQUIRE(leaving.has_value());
    BOOST_TEST(leaving->batches.front().second.progress.size() == 1U);
}

BOOST_AUTO_TEST_CASE(batches_leave_in_order_and_the_last_has_all_tickets) {
    make_busy();
    const auto first = keep(1, true), second = keep(1, true);
    BOOST_TEST(!turn().has_value());
    keep(1, false); // could go, but not before the first
    BOOST_TEST(!turn().has_value());
    const auto third = keep(1, true);
    BOOST_TEST(!turn().has_value());
    done(first);
    done(second);
    done(third);
    const auto leaving = turn();
    BOOST_REQUIRE(leaving.has_value());
    BOOST_REQUIRE(leaving->batches.size() == 1U);
    BOOST_TEST(leaving->batches.front().first == 4U);
    BOOST_TEST(leaving->up_to == 4U);
    BOOST_TEST(batches.next_ticket() == 5U);
}

BOOST_AUTO_TEST_CASE(hurry_and_the_end_let_all_go) {
    make_busy();
    keep(1, true);
    batches.hurry();
    BOOST_TEST(turn().has_value());
    keep(1, true);
    BOOST_TEST(!turn().has_value());
    BOOST_TEST(turn(batch_queue::haste::none).has_value());
    BOOST_TEST(batches.idle());
}

BOOST_AUTO_TEST_CASE(a_retained_message_that_is_replaced_at_once_is_not_written) {
    make_busy();
    const auto old = topics::message::make("t", "1", codec::qos::at_least_once, true);
    batches.open().add(old, 10, nullptr, true);
    batches.open().note({old, storage::retained_holder, 0, step::done});
    const auto newer = topics::message::make("t", "2", codec::qos::at_least_once, true);
    batches.open().add(newer, 10, nullptr, true);
    const auto leaving = turn();
    BOOST_REQUIRE(leaving.has_value());
    const auto& batch = leaving->batches.front().second;
    BOOST_TEST(batch.messages.size() == 1U);
    BOOST_TEST(batch.progress.empty());
}

BOOST_AUTO_TEST_CASE(a_retained_message_is_written_if_the_one_in_its_place_leaves_later) {
    make_busy();
    const auto keep_retained = [this](std::uint64_t id) {
        auto m = topics::message::make("t", "x", codec::qos::at_least_once, true);
        m->place().id = id;
        batches.open().add(m, 10, nullptr, true);
        batches.open().soon_done = true;
        return m;
    };
    const auto old = keep_retained(1);
    BOOST_TEST(!turn().has_value());
    now = batches.next_departure();
    done(old, storage::retained_holder);
    keep_retained(2);
    const auto leaving = turn();
    BOOST_REQUIRE(leaving.has_value());
    BOOST_REQUIRE(leaving->batches.size() == 1U);
    BOOST_REQUIRE(leaving->batches.front().second.messages.size() == 1U);
    BOOST_TEST((leaving->batches.front().second.messages.front().message == old));
    BOOST_TEST(!batches.idle());
}

BOOST_AUTO_TEST_SUITE_END()
