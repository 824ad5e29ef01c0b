// Changes to the text of a password file: only the lines that are meant.
#include "tools/nightjarctl/password_lines.hpp"

#include <boost/test/unit_test.hpp>

using namespace nightjar::ctl;

namespace {

constexpr const char* a_hash =
    "$6$AAECAwQFBgcICQoL$JqsxEv/ucyxjA5DKsQ+Y8CDWaQDNQI9FpAkmfwAqWfwZLk/JEGgM0EpylrJHAZKKyFQjJeZ3nFaHjPzOzPPmPw==";

hashed_lines hash_all(const std::string& text) {
    return hash_plain_lines(text, [](std::string_view password) { return "<" + std::string(password) + ">"; });
}

} // namespace

BOOST_AUTO_TEST_SUITE(password_lines)

BOOST_AUTO_TEST_CASE(a_user_is_added_or_changed_where_he_stands) {
    BOOST_TEST(with_user("", "a", "h") == "a:h\n");
    BOOST_TEST(with_user("a:1\nb:2\n", "c", "h") == "a:1\nb:2\nc:h\n");
    BOOST_TEST(with_user("a:1\nb:2", "c", "h") == "a:1\nb:2\nc:h\n");
    BOOST_TEST(with_user("a:1\nb:2\nc:3\n", "b", "h") == "a:1\nb:h\nc:3\n");
    BOOST_TEST(with_user("a:1\nb:2", "b", "h") == "a:1\nb:h\n");
    BOOST_TEST(with_user("b:1\r\n b : 2\nab:3\nb:4\n", "b", "h") == "b:h\nab:3\n");
    BOOST_TEST(with_user("# b:1\n\n#b:\nb\n", "b", "h") == "# b:1\n\n#b:\nb\nb:h\n");
}

BOOST_AUTO_TEST_CASE(a_user_is_removed) {
    BOOST_TEST(without_user("a:1\nb:2\n# c\nb:3", "b").value() == "a:1\n# c\n");
    BOOST_TEST(without_user("b:2\n", "b").value() == "");
    for (const char* text : {"", "#b:1\n", "ab:1\nb\n", "B:1\n"}) BOOST_TEST(!without_user(text, "b").has_value());
}

BOOST_AUTO_TEST_CASE(plain_text_is_hashed_and_the_rest_left_alone) {
    const std::string known = std::string("d : ") + a_hash + ":rest\r\n";
    const auto result = hash_all("# p:x\na: one two \r\n\nlonely\n" + known + "b:2");
    BOOST_TEST(result.faults.empty());
    BOOST_TEST(result.hashed == 2U);
    BOOST_TEST(result.left_alone == 1U);
    BOOST_TEST(result.text == "# p:x\na:<one two>\n\nlonely\n" + known + "b:<2>\n");
    BOOST_TEST(hash_all(known).text == known);
}

BOOST_AUTO_TEST_CASE(what_has_two_meanings_is_a_fault) {
    const auto result = hash_all("a:x\nb:\nc:$7$101$damaged\nd:with:colon\ne:$6$\nf::x\ng:" + std::string("x\0y", 3));
    std::vector<int> lines;
    for (const auto& fault : result.faults) lines.push_back(fault.line);
    BOOST_TEST(lines == (std::vector<int>{2, 3, 4, 5, 6, 7}));
    BOOST_TEST(hash_all("a:$ecret\nb:$5$x\n").faults.empty());
}

BOOST_AUTO_TEST_CASE(names) {
    for (const char* name : {"a", "J\xC3\xBCrgen", "a b", "a#b", "-x", "user@example"})
        BOOST_TEST(!fault_of_name(name).has_value(), name);
    for (const char* name : {"", "a:b", ":", "a\nb", "a\tb", "\x7F", "\xFF", "#a", " a", "a "})
        BOOST_TEST(fault_of_name(name).has_value(), name);
    BOOST_TEST(!fault_of_name(std::string(65'535, 'n')).has_value());
    BOOST_TEST(fault_of_name(std::string(65'536, 'n')).has_value());
    BOOST_TEST(fault_of_name(std::string_view("a\0", 2)).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
