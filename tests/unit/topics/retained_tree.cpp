#include "broker/topics/retained_tree.hpp"

#include "tests/unit/topics/random_topics.hpp"

#include <map>
#include <set>

#include <boost/test/unit_test.hpp>

using namespace nightjar;
using namespace nightjar::topics;

namespace {

message_ptr make(codec::bytes topic, codec::bytes payload) {
    return message::make(topic, payload, codec::qos::at_most_once, true);
}

} // namespace

BOOST_AUTO_TEST_SUITE(retained_tree_)

BOOST_AUTO_TEST_CASE(answers_as_a_map_would) {
    test::random_topics random(2);
    retained_tree tree;
    std::map<std::string, std::string> model;
    std::map<std::string, retained_tree::place> notes; // most are old: topics come and go
    for (int step = 0; step < 20'000; ++step) {
        const auto topic = random.name();
        const auto payload = random.below(3) == 0 ? "" : std::to_string(step);
        const auto had = model.find(topic);
        auto* note = random.below(2) == 0 ? &notes[topic] : nullptr;
        const auto replaced = tree.set(make(topic, payload), 0, note); // [MQTT-3.3.1-10], [MQTT-3.3.1-11]
        BOOST_REQUIRE((replaced != nullptr) == (had != model.end()));
        if (replaced) BOOST_REQUIRE(replaced->payload() == had->second);
        if (payload.empty()) {
            model.erase(topic);
        } else {
            model[topic] = payload;
        }
        BOOST_REQUIRE(tree.size() == model.size());
        const auto filter = random.filter();
        std::set<std::pair<std::string, std::string>> expected, found;
        for (const auto& [t, p] : model)
            if (codec::topic_matches(filter, t)) expected.emplace(t, p);
        std::vector<message_ptr> out;
        tree.match(filter, out);
        for (const auto& m : out) found.emplace(m->topic(), m->payload());
        BOOST_REQUIRE(out.size() == expected.size());
        BOOST_REQUIRE((found == expected));
    }
}

BOOST_AUTO_TEST_CASE(stops_at_the_limit) {
    retained_tree tree;
    for (int i = 0; i < 100; ++i) tree.set(make("t/" + std::to_string(i), "x"));
    std::vector<message_ptr> out;
    BOOST_TEST(!tree.match("t/+", out, 12)); // the root and "t" are looked at, too
    BOOST_TEST(out.size() == 10U);
    BOOST_TEST(!tree.match("#", out, 8)); // the root twice
    BOOST_TEST(out.size() == 15U);
    BOOST_TEST(!tree.match("+/+/nothing", out, 50));
    BOOST_TEST(out.size() == 15U);
    BOOST_TEST(tree.match("t/7", out, 50));
    BOOST_TEST(tree.match("#", out));
    BOOST_TEST(out.size() == 116U);
}

BOOST_AUTO_TEST_CASE(counts_what_it_holds) {
    retained_tree tree;
    tree.set(make("a", "12345"));
    const auto one = tree.footprint();
    BOOST_TEST(tree.payload_bytes() == 5U);
    tree.set(make("a", "1"));
    BOOST_TEST(tree.footprint() == one - 4);
    BOOST_TEST(tree.payload_bytes() == 1U);
    tree.set(make("a", ""));
    BOOST_TEST(tree.footprint() == 0U);
    BOOST_TEST(tree.payload_bytes() == 0U);
}

BOOST_AUTO_TEST_CASE(it_can_be_looked_through_while_it_changes) {
    retained_tree tree;
    for (int n = 0; n < 1000; ++n) tree.set(make("stays/" + std::to_string(n), "x"), 7);
    std::multiset<std::string> seen;
    std::vector<retained_tree::entry> some;
    int turn = 0;
    std::size_t at = 0;
    do {
        some.clear();
        at = tree.look_through(at, 50, some);
        for (const auto& e : some)
            if (e.message->topic().starts_with("stays/")) {
                BOOST_TEST(e.since == 7U);
                seen.emplace(e.message->topic());
            }
        tree.set(make("goes/" + std::to_string(turn), "x")); // others come and go meanwhile
        tree.set(make("goes/" + std::to_string(turn / 2), ""));
        ++turn;
    } while (at != 0);
    BOOST_TEST(seen.size() == 1000U);
    for (int n = 0; n < 1000; ++n) BOOST_TEST(seen.count("stays/" + std::to_string(n)) == 1U);
}

BOOST_AUTO_TEST_CASE(one_is_found_with_its_time) {
    retained_tree tree;
    BOOST_TEST(!tree.find("a/b").has_value());
    tree.set(make("a/b", "x"), 5);
    tree.set(make("a/b", "y"), 6);
    BOOST_TEST(tree.find("a/b").value().message->payload() == "y");
    BOOST_TEST(tree.find("a/b").value().since == 6U);
    BOOST_TEST(!tree.find("a").has_value());
    tree.set(make("a/b", ""), 8);
    BOOST_TEST(!tree.find("a/b").has_value());
    tree.set(make("c", "x")); // perhaps in the same place
    BOOST_TEST(tree.find("c").value().since == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
