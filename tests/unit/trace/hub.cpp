// Who follows sees what concerns it, not more than it can take, and knows what it missed.
#include "broker/trace/hub.hpp"

#include <thread>

#include <boost/test/unit_test.hpp>

using namespace nightjar::trace;
using nightjar::text::json_writer;

namespace {

wish of(wish::kind by, std::string what) { return {by, std::move(what), false, 1000}; }

void say(hub& all, const subject& who, std::string_view topic, std::string_view event = "packet") {
    all.note(who, topic, event, [](json_writer& line, bool payload) { line.field("payload", payload); });
}

// Without the time at its front.
std::string rest(const std::string& line) { return line.substr(std::min(line.find(",\"event\""), line.size())); }

std::string taken(follower& f) { return f.take().value_or("the end"); }

} // namespace

BOOST_AUTO_TEST_SUITE(hub_)

BOOST_AUTO_TEST_CASE(it_is_on_while_somebody_follows) {
    hub all;
    BOOST_TEST(!all.on());
    auto one = all.follow(of(wish::kind::client, "c")), two = all.follow(of(wish::kind::client, "d"));
    BOOST_TEST(all.on());
    one.reset();
    BOOST_TEST(all.on());
    two.reset();
    BOOST_TEST(!all.on());
}

BOOST_AUTO_TEST_CASE(a_line_is_json_and_says_whose_it_is) {
    hub all;
    const auto f = all.follow(of(wish::kind::client, "c"));
    say(all, {"c", "joe", "::1"}, "a/b");
    BOOST_TEST(rest(taken(*f)) == R"(,"event":"packet","client":"c","username":"joe","address":"::1","payload":false})"
                                  "\n");
    BOOST_TEST(taken(*f) == "");
}

BOOST_AUTO_TEST_CASE(each_wish_sees_its_own) {
    hub all;
    const auto client = all.follow(of(wish::kind::client, "c")), address = all.follow(of(wish::kind::address, "::1")),
               topic = all.follow(of(wish::kind::topic, "a/#"));
    const auto seen = [&] {
        std::string by;
        if (!taken(*client).empty()) by += "client ";
        if (!taken(*address).empty()) by += "address ";
        if (!taken(*topic).empty()) by += "topic ";
        return by;
    };
    say(all, {"c", {}, "::1"}, "a/b");
    BOOST_TEST(seen() == "client address topic ");
    say(all, {"c", {}, {}}, {});
    BOOST_TEST(seen() == "client ");
    say(all, {"cc", {}, "::1"}, "b");
    BOOST_TEST(seen() == "address ");
    say(all, {{}, {}, {}}, "a");
    BOOST_TEST(seen() == "topic ");
    say(all, {"d", {}, "::2"}, "b/a");
    BOOST_TEST(seen() == "");
}

BOOST_AUTO_TEST_CASE(more_than_its_rate_is_counted) {
    hub all;
    auto wanted = of(wish::kind::client, "c");
    wanted.lines_per_second = 3;
    const auto f = all.follow(wanted);
    for (int i = 0; i < 10; ++i) say(all, {"c", {}, {}}, {});
    const auto lines = taken(*f);
    BOOST_TEST(std::count(lines.begin(), lines.end(), '\n') == 4);
    BOOST_TEST(lines.find(R"("event":"lines_dropped","count":7})") != std::string::npos, lines);
    BOOST_TEST(taken(*f) == "");
}

BOOST_AUTO_TEST_CASE(what_waits_has_a_limit) {
    hub all;
    auto wanted = of(wish::kind::client, "c");
    wanted.lines_per_second = 100'000;
    const auto f = all.follow(wanted);
    const std::string large(100'000, 'x');
    for (int i = 0; i < 50; ++i)
        all.note({"c", {}, {}}, {}, "e", [&](json_writer& line, bool) { line.field("large", large); });
    const auto lines = taken(*f);
    BOOST_TEST(lines.size() < hub::most_bytes + 2 * large.size());
    BOOST_TEST(lines.find("lines_dropped") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(there_are_so_many_followers_and_no_more) {
    hub all;
    std::vector<std::unique_ptr<follower>> some;
    for (std::size_t i = 0; i < hub::most_followers; ++i) some.push_back(all.follow(of(wish::kind::client, "c")));
    BOOST_TEST(some.back() != nullptr);
    BOOST_TEST(all.follow(of(wish::kind::client, "c")) == nullptr);
    some.pop_back();
    BOOST_TEST(all.follow(of(wish::kind::client, "c")) != nullptr);
}

BOOST_AUTO_TEST_CASE(it_wakes_its_reader_once) {
    hub all;
    const auto f = all.follow(of(wish::kind::client, "c"));
    int woken = 0;
    f->when_ready([&] { ++woken; });
    BOOST_TEST(woken == 0);
    say(all, {"c", {}, {}}, {});
    say(all, {"c", {}, {}}, {});
    BOOST_TEST(woken == 1);
    f->when_ready([&] { ++woken; }); // there is something already
    BOOST_TEST(woken == 2);
}

BOOST_AUTO_TEST_CASE(the_end_comes_after_the_last_line) {
    hub all;
    const auto f = all.follow(of(wish::kind::client, "c"));
    say(all, {"c", {}, {}}, {});
    bool woken = false;
    taken(*f);
    f->when_ready([&] { woken = true; });
    all.end();
    BOOST_TEST(woken);
    BOOST_TEST(taken(*f) == "the end");
    BOOST_TEST(!all.on());
    BOOST_TEST(all.follow(of(wish::kind::client, "c")) == nullptr);
}

BOOST_AUTO_TEST_CASE(followers_come_and_go_while_others_tell) {
    hub all;
    std::atomic<bool> done{false};
    std::vector<std::jthread> tellers;
    for (int i = 0; i < 3; ++i)
        tellers.emplace_back([&] {
            while (!done) say(all, {"c", {}, {}}, "a/b");
        });
    std::size_t seen = 0;
    for (int i = 0; i < 200; ++i) {
        const auto f = all.follow(of(wish::kind::topic, "#"));
        while (taken(*f).empty()) std::this_thread::yield();
        ++seen;
    }
    done = true;
    BOOST_TEST(seen == 200U);
}

BOOST_AUTO_TEST_CASE(payloads_are_text_or_hex_and_cut) {
    const auto shown = [](std::string_view payload) {
        json_writer line;
        line.begin_object();
        add_payload(line, payload);
        return line.end_object().take();
    };
    BOOST_TEST(shown("{\n\t\"a\":1}") == R"({"payload":"{\n\t\"a\":1}"})");
    BOOST_TEST(shown(std::string_view("\x00\xFF", 2)) == R"({"payload_hex":"00ff"})");
    BOOST_TEST(shown("") == R"({"payload":""})");
    BOOST_TEST(shown(std::string(5000, 'x')) ==
               "{\"payload\":\"" + std::string(4096, 'x') + "\",\"payload_cut\":true}");
}

BOOST_AUTO_TEST_SUITE_END()
