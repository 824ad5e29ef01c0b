// The queue store: what is stored, what is left out, and what comes back.
#include "tests/unit/storage/fixture.hpp"

#include "storage/store.hpp"
#include "storage/verify.hpp"

#include <boost/test/unit_test.hpp>

using namespace nightjar::storage;
using namespace nightjar::storage::test;

namespace {

class text_message final : public loggable {
  public:
    text_message(std::string topic, std::string payload, std::uint8_t qos)
        : topic_(std::move(topic)), payload_(std::move(payload)), qos_(qos) {}
    std::string_view topic_text() const override { return topic_; }
    std::string_view payload_bytes() const override { return payload_; }
    std::uint8_t qos_number() const override { return qos_; }
    bool retain_flag() const override { return false; }

  private:
    void destroy() const noexcept override { delete this; }
    std::string topic_, payload_;
    std::uint8_t qos_;
};

loggable_ptr make(std::string_view topic, std::string_view payload, std::uint8_t qos, bool) {
    return loggable_ptr(new text_message(std::string(topic), std::string(payload), qos));
}

struct log_fixture {
    directory where;
    std::unique_ptr<store> s = open(where);
    writer w;

    loggable_ptr message(const char* payload) {
        auto m = make("t", payload, 1, false);
        m->place().id = s->next_message();
        return m;
    }
    static recipient_list to(std::initializer_list<session_number> numbers) {
        std::vector<recipient> list;
        for (const auto n : numbers) list.push_back({n, 1, false});
        return std::make_shared<const std::vector<recipient>>(std::move(list));
    }
    void commit(write_batch batch) { BOOST_REQUIRE(!w.commit(*s, std::move(batch))); }
    void sessions(std::initializer_list<session_number> numbers) {
        write_batch batch;
        for (const auto n : numbers) batch.sessions.emplace_back(put_session{{n, "c" + std::to_string(n), "", 1, {}}});
        commit(std::move(batch));
    }
    restored again() {
        s.reset();
        s = open(where);
        return s->restore(make);
    }
    // "a b" of what waits for a session.
    static std::string waiting(const restored& r, session_number n) {
        std::string out;
        for (const auto& m : r.sessions.at(n).messages) {
            if (!out.empty()) out += ' ';
            out += m.message->payload_bytes();
            if (m.step == step::sent) out += "!" + std::to_string(m.packet_id);
        }
        return out;
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(message_log_, log_fixture)

BOOST_AUTO_TEST_CASE(messages_wait_in_order_for_each_session) {
    sessions({1, 2});
    write_batch batch;
    const auto a = message("a"), b = message("b");
    batch.add(a, 1, to({1, 2}), false);
    batch.add(b, 1, to({1}), false);
    batch.progress.push_back({a, 1, 7, step::sent});
    commit(std::move(batch));
    const auto r = again();
    BOOST_TEST(waiting(r, 1) == "a!7 b");
    BOOST_TEST(waiting(r, 2) == "a");
    BOOST_TEST(r.messages == 2U);
}

BOOST_AUTO_TEST_CASE(what_all_are_done_with_goes) {
    sessions({1, 2});
    const auto a = message("a");
    write_batch first, second, third;
    first.add(a, 1, to({1, 2}), false);
    commit(std::move(first));
    second.progress.push_back({a, 1, 0, step::done});
    commit(std::move(second));
    third.progress.push_back({a, 2, 0, step::done});
    auto r = again();
    BOOST_TEST(waiting(r, 1) == "");
    BOOST_TEST(waiting(r, 2) == "a");
    third.progress[0].message = r.sessions.at(2).messages[0].message;
    commit(std::move(third));
    BOOST_TEST(again().messages == 0U);
}

BOOST_AUTO_TEST_CASE(what_was_done_with_in_time_is_never_written) {
    sessions({1});
    const auto a = message("a");
    write_batch batch;
    batch.add(a, 1, to({1}), false);
    batch.progress.push_back({a, 1, 1, step::sent});
    batch.progress.push_back({a, 1, 0, step::done});
    commit(std::move(batch));
    BOOST_TEST(!a->place().written);
    BOOST_TEST(again().messages == 0U);
}

BOOST_AUTO_TEST_CASE(a_retained_message_is_held_until_it_is_replaced) {
    const auto old = message("old"), fresh = message("fresh");
    write_batch first, second;
    first.add(old, 1, nullptr, true);
    commit(std::move(first));
    second.progress.push_back({old, retained_holder, 0, step::done});
    second.add(fresh, 1, nullptr, true);
    commit(std::move(second));
    const auto r = again();
    BOOST_TEST_REQUIRE(r.retained.size() == 1U);
    BOOST_TEST(r.retained[0]->payload_bytes() == "fresh");
}

BOOST_AUTO_TEST_CASE(progress_does_not_grow_for_ever) {
    sessions({1, 2});
    const auto kept = message("kept");
    write_batch first;
    first.add(kept, 1, to({1, 2}), false);
    first.progress.push_back({kept, 1, 0, step::done});
    commit(std::move(first));
    for (int round = 0; round < 400; ++round) {
        write_batch batch;
        std::vector<loggable_ptr> some;
        for (int i = 0; i < 500; ++i) {
            some.push_back(message("x"));
            batch.add(some.back(), 1, to({1, 2}), false);
            batch.progress.push_back({some.back(), 1, 0, step::done});
        }
        commit(std::move(batch));
        write_batch rest;
        for (const auto& m : some) rest.progress.push_back({m, 2, 0, step::done});
        commit(std::move(rest));
    }
    BOOST_TEST(s->stats().used_bytes < std::size_t{8} << 20); // 200,000 entries of 17 bytes came by
    const auto r = again();
    BOOST_TEST(waiting(r, 1) == ""); // its step was kept
    BOOST_TEST(waiting(r, 2) == "kept");
}

BOOST_AUTO_TEST_CASE(sessions_come_back_and_go) {
    write_batch batch;
    batch.sessions.emplace_back(put_session{{5, "client", "user", 42, make("will", "gone", 1, false)}});
    const std::string filter_of_500(500, 'f');
    batch.sessions.emplace_back(put_subscription{5, "a/+", 1});
    batch.sessions.emplace_back(put_subscription{5, filter_of_500, 2});
    batch.sessions.emplace_back(put_inbound{5, 9});
    commit(std::move(batch));
    {
        const auto r = again();
        const auto& back = r.sessions.at(5);
        BOOST_TEST(back.record.client_id == "client");
        BOOST_TEST(back.record.user_name == "user");
        BOOST_TEST(back.record.offline_since_ms == 42);
        BOOST_TEST(back.record.will->payload_bytes() == "gone");
        BOOST_TEST(back.subscriptions.size() == 2U);
        BOOST_TEST(back.inbound == std::vector<std::uint16_t>{9}, boost::test_tools::per_element());
    }
    write_batch end;
    end.sessions.emplace_back(remove_session{5});
    commit(std::move(end));
    BOOST_TEST(again().sessions.empty());
    BOOST_TEST(s->next_session() == 6U); // a number is never used again
    s.reset();
    BOOST_TEST(verify(store::files_in(where.path)[0], verify_what::records_and_references) == "");
}

BOOST_AUTO_TEST_SUITE_END()
