// Reading: what a line may look like.
#include "tests/unit/plugins/acl_file/fixture.hpp"

#include <boost/test/unit_test.hpp>

using namespace nightjar::plugins::acl_file;
using namespace nightjar::plugins::acl_file::test;

BOOST_AUTO_TEST_SUITE(acl_lines)

BOOST_AUTO_TEST_CASE(nothing_and_comments) {
    for (const char* text : {"", "\n", "#", "# topic #\n", "\n\n  \n\t\n\r\n#\n", "#\n#\n", " "}) {
        BOOST_TEST(findings(text) == "");
        BOOST_TEST(read(*make(text), "", "c", "a") == "denied 0");
    }
}

BOOST_AUTO_TEST_CASE(a_comment_ends_with_its_line) {
    const auto a = make("#x\ntopic read a\n# topic read b\n#\\\ntopic read c\n");
    BOOST_TEST(read(*a, "", "c", "a") == "allowed 2");
    BOOST_TEST(read(*a, "", "c", "b") == "denied 0");
    BOOST_TEST(read(*a, "", "c", "c") == "allowed 5");
}

BOOST_AUTO_TEST_CASE(line_ends) {
    for (const char* text : {"topic read a\ntopic read b\n", "topic read a\r\ntopic read b\r\n",
                             "topic read a \t\r\n  topic read b", "topic read a\v\ntopic read b\f"}) {
        const auto a = make(text);
        BOOST_TEST(read(*a, "", "c", "a") == "allowed 1");
        BOOST_TEST(read(*a, "", "c", "b") == "allowed 2");
    }
}

BOOST_AUTO_TEST_CASE(blanks_between_words) {
    const auto a = make("  topic    read     a\ntopic read \t b\nuser   bob  \ntopic  c\nuser \tcarol\ntopic d\n");
    BOOST_TEST(read(*a, "", "c", "a") == "allowed 1");
    BOOST_TEST(read(*a, "", "c", "b") == "allowed 2");
    BOOST_TEST(read(*a, "bob", "c", "c") == "allowed 4");
    BOOST_TEST(read(*a, "carol", "c", "d") == "allowed 6");
}

BOOST_AUTO_TEST_CASE(names_with_blanks) {
    const auto a = make("user john  smith \ntopic a\nuser  \xC3\xA9 \xC3\xBC\ntopic b\nuser user\ntopic c\nuser #x\n"
                        "topic d\n");
    BOOST_TEST(read(*a, "john  smith", "c", "a") == "allowed 2");
    BOOST_TEST(read(*a, "john smith", "c", "a") == "denied 0");
    BOOST_TEST(read(*a, "\xC3\xA9 \xC3\xBC", "c", "b") == "allowed 4");
    BOOST_TEST(read(*a, "user", "c", "c") == "allowed 6");
    BOOST_TEST(read(*a, "#x", "c", "d") == "allowed 8");
}

BOOST_AUTO_TEST_CASE(filters_with_blanks) {
    const auto a = make("topic read a b/ c\npattern read dev %c/x y\ntopic readwrite read me\n");
    BOOST_TEST(read(*a, "", "c", "a b/ c") == "allowed 1");
    BOOST_TEST(read(*a, "", "c", "dev c/x y") == "denied 0");
    BOOST_TEST(read(*a, "", "c", "dev %c/x y") == "allowed 2");
    BOOST_TEST(write(*a, "", "c", "read me") == "allowed 3");
}

BOOST_AUTO_TEST_CASE(long_lines) {
    const std::string filter(65'535, 'x'), name(65'535, 'n');
    const auto a = make("#" + filter + filter + "\ntopic read " + filter + "\nuser " + name + "\ntopic read y" +
                        std::string(5'000, ' ') + "\n");
    BOOST_TEST((read(*a, "", "c", filter) == "allowed 2"));
    BOOST_TEST((read(*a, name, "c", "y") == "allowed 4"));
    BOOST_TEST(findings("topic read " + filter + "x\n").starts_with("error acl:1 Wrong topic filter"));
    BOOST_TEST(findings("user " + name + "x\n").starts_with("error acl:1 No client can have the user name"));
}

BOOST_AUTO_TEST_CASE(a_thousand_users_with_a_line_each) {
    std::string text;
    for (int i = 0; i < 1000; ++i) text += "user u" + std::to_string(i) + "\ntopic read t/" + std::to_string(i) + "\n";
    const auto a = make(text);
    for (int i = 0; i < 1000; ++i) {
        const auto n = std::to_string(i);
        BOOST_TEST(read(*a, "u" + n, "c", "t/" + n) == "allowed " + std::to_string(2 * i + 2));
        BOOST_TEST(read(*a, "u" + n, "c", "t/" + std::to_string(i + 1)) == "denied 0");
    }
}

BOOST_AUTO_TEST_CASE(a_thousand_lines_of_one_user) {
    std::string text = "user bob\n";
    for (int i = 0; i < 1000; ++i) text += "topic read t/" + std::to_string(i) + "/#\n";
    const auto a = make(text);
    for (int i = 0; i < 1000; ++i)
        BOOST_TEST(read(*a, "bob", "c", "t/" + std::to_string(i) + "/x") == "allowed " + std::to_string(i + 2));
    BOOST_TEST(read(*a, "bob", "c", "t/1000/x") == "denied 0");
}

BOOST_AUTO_TEST_SUITE_END()
