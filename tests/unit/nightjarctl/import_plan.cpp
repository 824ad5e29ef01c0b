#include "tools/nightjarctl/import_plan.hpp"

#include "tests/unit/nightjarctl/mosquitto_file.hpp"

#include <algorithm>
#include <map>
#include <random>

#include <boost/test/unit_test.hpp>

using namespace nightjar::ctl;
using namespace nightjar::ctl::test;
using nightjar::storage::step;

namespace {

constexpr std::int64_t now = 1'000'000;

struct planned {
    mosquitto_file file;
    import_plan plan;
    explicit planned(mosquitto_file f, const stored_names& existing = {})
        : file(std::move(f)), plan(plan_import(read_mosquitto_db(file.bytes), existing, now)) {}

    // "one two!7" of what a session gets, in order; + after a retained one's.
    std::string waiting(std::string_view client) const {
        std::string out;
        for (const auto& m : plan.messages)
            for (const auto& h : m.holders) {
                if (plan.sessions[h.session].client_id != client) continue;
                out.append(out.empty() ? "" : " ").append(m.payload);
                if (h.step == step::sent) out += "!" + std::to_string(h.packet_id);
                if (h.step == step::released) out += "?" + std::to_string(h.packet_id);
                if (h.as_retained) out += "+";
            }
        return out;
    }
    std::string retained() const {
        std::string out;
        for (const auto& m : plan.messages)
            if (m.is_retained) out.append(out.empty() ? "" : " ").append(m.topic).append("=").append(m.payload);
        return out;
    }
    bool remarked(std::string_view words) const {
        return std::any_of(plan.remarks.begin(), plan.remarks.end(),
                           [&](const auto& line) { return line.find(words) != std::string::npos; });
    }
};

} // namespace

BOOST_AUTO_TEST_SUITE(import_plan_)

BOOST_AUTO_TEST_CASE(a_message_of_several_sessions_is_one_entry) {
    mosquitto_file f;
    f.message({.id = 2, .payload = "two"}).message({.id = 1, .payload = "one", .qos = 2, .retain = true});
    f.client("a").to_client({.id = 1, .client = "a", .packet_id = 7, .qos = 2, .state = 5});
    f.to_client({.id = 2, .client = "a"});
    f.client("b").to_client({.id = 1, .client = "b", .packet_id = 8, .qos = 1, .state = 11, .retain = true});
    f.client("c").to_client({.id = 1, .client = "c", .packet_id = 9, .qos = 2, .state = 9});
    f.retained(1);
    const planned p(f);
    BOOST_TEST(p.plan.messages.size() == 2U);
    BOOST_TEST(p.waiting("a") == "one!7 two");
    BOOST_TEST(p.waiting("b") == "one+");
    BOOST_TEST(p.waiting("c") == "one?9");
    BOOST_TEST(p.retained() == "t=one");
    BOOST_TEST(p.plan.count.queued == 4U);
    BOOST_TEST(p.plan.count.retained == 1U);
    BOOST_TEST(p.plan.remarks.empty());
}

BOOST_AUTO_TEST_CASE(each_session_keeps_its_order) {
    mosquitto_file f;
    f.message({.id = 1, .payload = "one", .retain = true}).message({.id = 2, .payload = "two"}).retained(1);
    f.client("a").to_client({.id = 1, .client = "a"}).to_client({.id = 2, .client = "a"});
    f.client("b").to_client({.id = 2, .client = "b"}).to_client({.id = 1, .client = "b"});
    f.client("c").to_client({.id = 1, .client = "c"}).to_client({.id = 1, .client = "c"});
    const planned p(f);
    BOOST_TEST(p.waiting("a") == "one two");
    BOOST_TEST(p.waiting("b") == "two one");
    BOOST_TEST(p.waiting("c") == "one one");
    BOOST_TEST(p.retained() == "t=one");
}

BOOST_AUTO_TEST_CASE(any_orders_are_kept) {
    std::mt19937 random(3);
    for (int round = 0; round < 300; ++round) {
        mosquitto_file f;
        const auto messages = random() % 12 + 1, clients = random() % 6 + 1;
        std::vector<std::string> payloads;
        for (unsigned m = 0; m < messages; ++m) payloads.push_back(std::to_string(m));
        for (unsigned m = 0; m < messages; ++m) f.message({.id = m, .payload = payloads[m]});
        std::map<std::string, std::string> wanted;
        for (unsigned c = 0; c < clients; ++c) {
            const auto id = "c" + std::to_string(c);
            f.client(id);
            auto& list = wanted[id];
            for (unsigned m = 0; m < messages; ++m) {
                const auto which = random() % 3 == 0 ? random() % messages : m;
                f.to_client({.id = which, .client = id});
                list += (list.empty() ? "" : " ") + payloads[which];
            }
        }
        const planned p(f);
        for (const auto& [id, list] : wanted) BOOST_TEST_REQUIRE(p.waiting(id) == list);
        for (const auto& m : p.plan.messages) BOOST_TEST_REQUIRE(!m.holders.empty());
    }
}

BOOST_AUTO_TEST_CASE(inbound_goes_to_those_who_have_subscribed) {
    mosquitto_file f;
    f.message({.id = 1, .topic = "in/x", .payload = "once", .qos = 2, .retain = true});
    f.message({.id = 2, .topic = "in/x", .payload = "old", .retain = true});
    f.client("from").to_client({.id = 1, .client = "from", .packet_id = 9, .qos = 2, .state = 7, .out = false});
    f.client("two").to_client({.id = 2, .client = "two"}).client("one").client("zero").client("none");
    f.subscription("two", "in/#", 1).subscription("two", "in/+", 2).subscription("one", "#", 1);
    f.subscription("zero", "in/x", 0).subscription("none", "out", 2).retained(2);
    const planned p(f);
    BOOST_TEST(p.waiting("two") == "old once");
    BOOST_TEST(p.waiting("one") == "once");
    BOOST_TEST(p.waiting("zero") == "");
    BOOST_TEST(p.waiting("none") == "");
    BOOST_TEST(p.retained() == "in/x=once");
    BOOST_TEST(p.plan.sessions[0].inbound == std::vector<std::uint16_t>{9});
    for (const auto& m : p.plan.messages)
        for (const auto& h : m.holders)
            if (m.payload == "once") BOOST_TEST(h.qos == (p.plan.sessions[h.session].client_id == "two" ? 2 : 1));
}

BOOST_AUTO_TEST_CASE(an_inbound_empty_message_takes_the_retained_one_away) {
    mosquitto_file f;
    f.message({.id = 1, .payload = "", .qos = 2, .retain = true}).message({.id = 2, .retain = true});
    f.client().to_client({.id = 1, .packet_id = 9, .qos = 2, .state = 7, .out = false}).retained(2);
    const planned p(f);
    BOOST_TEST(p.retained() == "");
    BOOST_TEST(p.plan.messages.empty());
}

BOOST_AUTO_TEST_CASE(what_the_store_has_is_skipped) {
    mosquitto_file f;
    f.message({.id = 1, .topic = "a", .retain = true}).message({.id = 2, .topic = "b", .retain = true});
    f.message({.id = 3, .topic = "new", .qos = 2});
    f.client("old").to_client({.id = 1, .client = "old"});
    f.to_client({.id = 3, .client = "old", .packet_id = 1, .qos = 2, .state = 7, .out = false});
    f.client("new").to_client({.id = 2, .client = "new"});
    f.subscription("old", "#").subscription("new", "#").retained(1).retained(2);
    const planned p(f, {{"old"}, {"b"}});
    BOOST_TEST(p.plan.sessions.size() == 1U);
    BOOST_TEST(p.waiting("new") == "p"); // not what "old" has sent: it is in the store since then
    BOOST_TEST(p.retained() == "a=p");
    BOOST_TEST(p.plan.count.skipped_sessions == 1U);
    BOOST_TEST(p.plan.count.skipped_retained == 1U);
    BOOST_TEST(p.remarked("client \"old\""));
    BOOST_TEST(p.remarked("topic \"b\""));
    BOOST_TEST(planned(f, {{"old", "new"}, {"a", "b"}}).plan.messages.empty());
}

BOOST_AUTO_TEST_CASE(what_has_ended_is_left_out) {
    mosquitto_file f;
    f.message({.id = 1, .payload = "late", .retain = true, .expiry = now - 1});
    f.message({.id = 2, .payload = "kept", .retain = true, .expiry = now + 1})
        .message({.id = 3, .payload = "zero", .qos = 0});
    f.client("a").to_client({.id = 1, .client = "a", .packet_id = 6, .state = 3}).to_client({.id = 1, .client = "a"});
    f.to_client({.id = 2, .client = "a"}).to_client({.id = 3, .client = "a", .qos = 0});
    f.client("gone", "", 60, now - 1)
        .client("away", "", 60, now + 1)
        .client("connected", "", 60, 0)
        .client("bridge", "", 0);
    f.client("limited", "", 0xFFFF'FFFF, now - 1).retained(1);
    const planned p(f);
    BOOST_TEST(p.plan.sessions.size() == 3U);
    BOOST_TEST(p.waiting("a") == "late!6 kept");
    BOOST_TEST(p.retained() == "");
    BOOST_TEST(p.plan.count.ended_sessions == 3U);
    BOOST_TEST(p.plan.count.expired_messages == 2U);
    BOOST_TEST(p.plan.count.qos0_messages == 1U);
    BOOST_TEST(p.plan.count.session_expiries == 2U);
    BOOST_TEST(p.plan.count.message_expiries == 2U);
    BOOST_TEST(p.remarked("\"bridge\""));
}

BOOST_AUTO_TEST_CASE(a_raised_qos_is_kept) { // upgrade_outgoing_qos
    mosquitto_file f;
    f.message({.id = 1, .qos = 0, .retain = true}).retained(1);
    f.client("a")
        .to_client({.id = 1, .client = "a", .qos = 2})
        .client("b")
        .to_client({.id = 1, .client = "b", .qos = 1});
    const planned p(f);
    BOOST_TEST_REQUIRE(p.plan.messages.size() == 3U);
    for (const auto& m : p.plan.messages) BOOST_TEST(m.qos == (m.is_retained ? 0 : m.holders[0].qos));
}

BOOST_AUTO_TEST_CASE(subscriptions) {
    mosquitto_file f;
    f.client().subscription("c", "a", 1).subscription("c", "$share/g/a").subscription("c", "b", 2, 0x04);
    f.subscription("c", "a", 0).subscription("c", "d", 1, 0x30).subscription("other", "a");
    const planned p(f);
    const std::vector<std::pair<std::string_view, std::uint8_t>> wanted{{"a", 0}, {"b", 2}, {"d", 1}};
    BOOST_TEST((p.plan.sessions[0].subscriptions == wanted));
    BOOST_TEST(p.plan.count.subscriptions == 3U);
    BOOST_TEST(p.plan.count.subscriptions_left_out == 2U);
    BOOST_TEST(p.plan.remarks.size() == 3U);
    BOOST_TEST(p.remarked("filter \"$share/g/a\""));
    BOOST_TEST(p.remarked("filter \"b\": kept without no local"));
    BOOST_TEST(p.remarked("client \"other\""));
}

BOOST_AUTO_TEST_SUITE_END()
