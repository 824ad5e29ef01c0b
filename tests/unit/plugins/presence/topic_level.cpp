// A client id as one level of a topic: never more than one, never a wildcard, never that of another id.
#include "broker/plugins/presence/presence.hpp"

#include "broker/codec/topic.hpp"

#include <set>

#include <boost/test/unit_test.hpp>

using namespace nightjar;
using plugins::presence::topic_level;

BOOST_AUTO_TEST_SUITE(presence_)

BOOST_AUTO_TEST_CASE(what_has_a_meaning_in_topics_is_encoded) {
    BOOST_TEST(topic_level("plain id.1") == "plain id.1");
    BOOST_TEST(topic_level("a/b+c#d%e") == "a%2Fb%2Bc%23d%25e");
    BOOST_TEST(topic_level("$SYS") == "$SYS");
    BOOST_TEST(topic_level("été") == "été");
}

BOOST_AUTO_TEST_CASE(long_ids_are_cut_between_characters) {
    for (const std::string unit : {"x", "é", "日", "\xF0\x9F\x90\x9D", "/", "%"})
        for (const std::size_t offset : {0U, 1U, 2U, 3U}) {
            std::string id(offset, 'o');
            while (id.size() + unit.size() <= 65'535) id += unit;
            const auto level = topic_level(id);
            BOOST_TEST(level.size() <= 1026U);
            BOOST_TEST(level.ends_with("%~"));
            BOOST_TEST(codec::check_topic_name(level).has_value());
        }
    BOOST_TEST(topic_level(std::string(1024, 'x')) == std::string(1024, 'x'));
    BOOST_TEST(topic_level(std::string(1025, 'x')) == std::string(1024, 'x') + "%~");
}

BOOST_AUTO_TEST_CASE(two_ids_never_share_a_level) {
    std::set<std::string> levels;
    const std::string letters = "/%2F~+#5";
    std::size_t count = 0;
    for (const char a : letters)
        for (const char b : letters)
            for (const char c : letters)
                for (const char d : letters) {
                    levels.insert(topic_level(std::string{a, b, c, d}));
                    ++count;
                }
    BOOST_TEST(levels.size() == count);
}

BOOST_AUTO_TEST_SUITE_END()
