#include "broker/topics/subscription_tree.hpp"

#include "tests/unit/topics/random_topics.hpp"

#include <map>
#include <thread>

#include <boost/test/unit_test.hpp>

using namespace nightjar;
using namespace nightjar::topics;

namespace {

std::vector<subscriber> match(const subscription_tree& tree, codec::bytes topic) {
    std::vector<subscriber> out;
    tree.match(topic, out);
    return out;
}

} // namespace

BOOST_AUTO_TEST_SUITE(subscription_tree_)

BOOST_AUTO_TEST_CASE(answers_as_a_list_of_filters_would) {
    test::random_topics random(1);
    subscription_tree tree;
    std::map<std::pair<std::string, std::uint64_t>, codec::qos> model;
    for (int step = 0; step < 20'000; ++step) {
        const auto filter = random.filter();
        const subscriber_id who{1 + random.below(20)};
        if (random.below(3) != 0) {
            const auto qos = static_cast<codec::qos>(random.below(3));
            const bool added = model.insert_or_assign({filter, who.value}, qos).second;
            BOOST_REQUIRE(tree.subscribe(filter, {who, qos}) == added);
        } else {
            const bool had = model.erase({filter, who.value}) > 0;
            BOOST_REQUIRE(tree.unsubscribe(filter, who) == had);
        }
        BOOST_REQUIRE(tree.subscription_count() == model.size());
        const auto topic = random.name();
        std::map<std::uint64_t, codec::qos> expected;
        for (const auto& [key, qos] : model)
            if (codec::topic_matches(key.first, topic))
                expected[key.second] = std::max(qos, expected[key.second]); // [MQTT-3.3.5-1]
        const auto found = match(tree, topic);
        BOOST_REQUIRE(found.size() == expected.size());
        auto e = expected.begin();
        for (const auto& s : found) {
            BOOST_REQUIRE(s.id.value == e->first);
            BOOST_REQUIRE((s.qos == e->second));
            ++e;
        }
    }
}

BOOST_AUTO_TEST_CASE(a_change_moves_the_version_of_what_it_touches) {
    subscription_tree tree;
    const auto before = tree.version_of("a/b");
    tree.subscribe("a/#", {{1}, codec::qos::at_most_once});
    const auto after = tree.version_of("a/b");
    BOOST_TEST(after > before);
    tree.subscribe("+/x", {{1}, codec::qos::at_most_once});
    BOOST_TEST(tree.version_of("a/b") > after);
    const auto now = tree.version_of("a/b");
    tree.unsubscribe("nobody/has/this", {1});
    BOOST_TEST(tree.version_of("a/b") == now);
}

BOOST_AUTO_TEST_CASE(a_deep_topic_is_no_danger) {
    subscription_tree tree;
    std::string deep = "a";
    for (std::size_t i = 1; i < codec::max_topic_levels; ++i) deep += "/a";
    tree.subscribe(deep, {{1}, codec::qos::at_most_once});
    tree.subscribe(deep + "/#", {{2}, codec::qos::at_most_once});
    BOOST_TEST(match(tree, deep).size() == 2U);
}

BOOST_AUTO_TEST_CASE(readers_and_writers_may_meet) {
    subscription_tree tree;
    std::vector<std::jthread> threads;
    for (unsigned t = 0; t < 3; ++t)
        threads.emplace_back([&tree, t] {
            test::random_topics random(t);
            for (int i = 0; i < 3000; ++i) {
                const auto filter = random.filter();
                tree.subscribe(filter, {{t + 1}, codec::qos::at_most_once});
                match(tree, random.name());
                static_cast<void>(tree.version_of(random.name()));
                tree.unsubscribe(filter, {t + 1});
            }
        });
    threads.clear();
    BOOST_TEST(tree.subscription_count() == 0U);
}

BOOST_AUTO_TEST_CASE(one_subscription_is_found) {
    subscription_tree tree;
    tree.subscribe("a/+", {{7}, codec::qos::at_least_once, true});
    BOOST_TEST((tree.find("a/+", {7}).value().qos == codec::qos::at_least_once));
    tree.subscribe("a/+", {{7}, codec::qos::at_most_once});
    BOOST_TEST((tree.find("a/+", {7}).value().qos == codec::qos::at_most_once));
    BOOST_TEST(!tree.find("a/+", {8}).has_value());
    BOOST_TEST(!tree.find("a/b", {7}).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
