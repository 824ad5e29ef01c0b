#include "broker/topics/topic_trie.hpp"

#include <boost/test/unit_test.hpp>

using namespace nightjar::topics;

BOOST_AUTO_TEST_SUITE(level_names_)

BOOST_AUTO_TEST_CASE(a_name_lives_as_long_as_it_is_used) {
    level_names names;
    const auto a = names.acquire("a");
    BOOST_TEST(names.acquire("a") == a);
    BOOST_TEST(names.acquire("b") != a);
    BOOST_TEST(names.name(a) == "a");
    names.release(a);
    BOOST_TEST(names.find("a") == a);
    names.release(a);
    BOOST_TEST(names.find("a") == no_level);
    BOOST_TEST(names.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_pruned_trie_holds_nothing) {
    topic_trie<int> trie;
    for (const char* path : {"a/b/c", "a/b", "a/+/#", "x", "//"}) trie.value(trie.insert(path)) = 1;
    for (const char* path : {"a/b", "x", "a/b/c", "//", "a/+/#"}) {
        const auto n = trie.find(path);
        BOOST_REQUIRE(n != topic_trie<int>::none);
        trie.value(n) = 0;
        trie.prune(n);
    }
    BOOST_TEST(trie.node_count() == 1U);
    BOOST_TEST(trie.name_count() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
