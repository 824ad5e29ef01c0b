// What is sent when: retries, give-up, the rate and its digest, and what goes first when there is no room (features
// A-39, section 7 row 8). The clock is a number.
#include "broker/plugins/sensors/outbox.hpp"

#include <boost/test/unit_test.hpp>

using namespace nightjar::plugins::sensors;
using namespace nightjar::storage;

namespace {

constexpr std::int64_t minute = 60'000, hour = 60 * minute;

struct fixture {
    notification_id add(const char* to, const char* type = "created", std::int64_t age = 0) {
        notification_record r;
        r.id = ++last;
        r.destination = to;
        r.alert_type = type;
        r.subject = r.body = "text";
        box.add(r, now, age);
        return r.id;
    }
    // The ids of what goes now; empty: nothing.
    std::vector<notification_id> next() {
        auto found = box.next(now);
        std::vector<notification_id> ids;
        if (!found) return ids;
        for (const auto& r : found->what) ids.push_back(r.id);
        job = std::move(found);
        return ids;
    }
    void sent() { box.finished(*job, now); }
    void refused(bool final = false) { box.failed(*job, now, "connection refused", final); }
    void limit(unsigned per_hour, std::size_t most = 10'000) {
        outbox::limits l;
        l.per_hour = per_hour;
        l.most = most;
        box.configure(l);
    }

    outbox box;
    std::int64_t now = 1000;
    notification_id last = 0;
    std::optional<outbox::job> job;
};

using ids = std::vector<notification_id>;

} // namespace

BOOST_FIXTURE_TEST_SUITE(outbox_, fixture)

BOOST_AUTO_TEST_CASE(goes_at_once_and_once) {
    add("op@x");
    BOOST_TEST((next() == ids{1}));
    BOOST_TEST(next().empty()); // it is on its way
    sent();
    BOOST_TEST(next().empty());
    const auto changes = box.take_changes();
    BOOST_REQUIRE(changes.size() == 1U);
    BOOST_TEST((changes[0].state == notification_state::sent));
    BOOST_TEST(changes[0].attempts == 1U);
    BOOST_TEST(changes[0].revision == 1U);
    BOOST_TEST(changes[0].body.empty()); // no more is kept of it than that it went
    BOOST_TEST(box.size() == 0U);
    BOOST_TEST(!box.wake_at().has_value());
}

BOOST_AUTO_TEST_CASE(again_after_one_minute_then_two_up_to_an_hour) {
    add("op@x");
    for (const std::int64_t pause : {1, 2, 4, 8, 16, 32, 60, 60}) {
        BOOST_TEST((next() == ids{1}));
        refused();
        BOOST_TEST(box.wake_at().value_or(0) == now + pause * minute);
        now += pause * minute - 1;
        BOOST_TEST(next().empty());
        ++now;
    }
    BOOST_TEST((next() == ids{1}));
    sent();
    const auto changes = box.take_changes();
    BOOST_TEST(changes.back().attempts == 9U);
    BOOST_TEST(changes.front().error == "connection refused");
    BOOST_TEST((changes.front().state == notification_state::pending));
    add("op@x");
    BOOST_TEST((next() == ids{2})); // the pause is over with the first that gets through
}

BOOST_AUTO_TEST_CASE(order_is_kept_and_one_destination_does_not_wait_for_another) {
    add("op@x");
    add("op@x");
    add("boss@x");
    BOOST_TEST((next() == ids{3})); // by name
    sent();
    BOOST_TEST((next() == ids{1}));
    refused();
    BOOST_TEST(next().empty()); // 2 behind 1
    now += minute;
    BOOST_TEST((next() == ids{1}));
    sent();
    BOOST_TEST((next() == ids{2}));
}

BOOST_AUTO_TEST_CASE(given_up_after_a_day) {
    add("op@x");
    std::size_t attempts = 0;
    for (; attempts < 100 && !next().empty(); ++attempts) {
        refused();
        now = *box.wake_at();
    }
    BOOST_TEST(now == 1000 + 24 * hour);
    BOOST_TEST(attempts > 24U);
    BOOST_TEST((box.take_changes().back().state == notification_state::failed));
    BOOST_TEST(box.size() == 0U);
}

BOOST_AUTO_TEST_CASE(the_day_began_in_an_earlier_process) {
    add("op@x", "created", 23 * hour);
    BOOST_TEST((next() == ids{1}));
    refused();
    now += hour;
    BOOST_TEST(next().empty());
    BOOST_TEST((box.take_changes().back().state == notification_state::failed));
}

BOOST_AUTO_TEST_CASE(what_is_refused_for_good_is_not_tried_again) {
    add("https://x");
    add("https://x");
    next();
    refused(true);
    BOOST_TEST((box.take_changes().back().state == notification_state::failed));
    BOOST_TEST((next() == ids{2})); // at once
}

BOOST_AUTO_TEST_CASE(so_many_an_hour_then_one_digest) {
    limit(3);
    for (int i = 0; i < 8; ++i) add("op@x");
    for (const notification_id id : {1, 2, 3}) {
        BOOST_TEST((next() == ids{id}));
        sent();
        now += minute;
    }
    BOOST_TEST(next().empty());
    BOOST_TEST(box.wake_at().value_or(0) == 1000 + hour);
    add("op@x"); // gathers too
    now = 1000 + hour;
    BOOST_TEST((next() == ids{4, 5, 6, 7, 8, 9}));
    BOOST_TEST(job->digest());
    refused(); // as one, again later
    now += minute;
    BOOST_TEST((next() == ids{4, 5, 6, 7, 8, 9}));
    sent();
    BOOST_TEST(box.size() == 0U);
    now += hour;
    add("op@x");
    BOOST_TEST((next() == ids{10})); // alone again
    BOOST_TEST(!job->digest());
}

BOOST_AUTO_TEST_CASE(in_no_hour_more_than_its_number) {
    limit(30);
    std::vector<std::int64_t> mails;
    std::size_t told = 0;
    for (int second = 0; second < 4 * 3600; ++second, now += 1000) {
        if (second % 10 == 0) add("op@x"); // 360 an hour
        while (!next().empty()) {
            mails.push_back(now);
            told += job->what.size();
            sent();
        }
    }
    for (std::size_t i = 30; i < mails.size(); ++i) BOOST_TEST(mails[i] - mails[i - 30] >= hour);
    BOOST_TEST(told + box.size() == last);
    BOOST_TEST(box.size() <= 360U);
}

BOOST_AUTO_TEST_CASE(full_reminders_go_first_and_beginnings_and_ends_last) {
    limit(0, 6);
    add("op@x", "created");      // 1
    add("op@x", "reminder");     // 2
    add("op@x", "acknowledged"); // 3
    add("op@x", "closed");       // 4
    add("boss@x", "reminder");   // 5
    add("op@x", "offline");      // 6
    ids gone;
    for (int i = 0; i < 5; ++i) {
        add("boss@x", "created");
        gone.push_back(box.take_changes().back().id);
        BOOST_TEST(box.size() == 6U);
    }
    BOOST_TEST((gone == ids{2, 5, 3, 1, 4}));
}

BOOST_AUTO_TEST_CASE(full_what_is_on_its_way_stays) {
    limit(0, 1);
    add("op@x", "reminder");
    next();
    add("boss@x", "created");
    BOOST_TEST(box.take_changes().empty());
    sent();
    BOOST_TEST(box.take_changes().back().id == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
