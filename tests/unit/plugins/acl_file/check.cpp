// The rules of deciding, one by one; more of them in mosquitto_cases.txt.
#include "tests/unit/plugins/acl_file/fixture.hpp"

#include <boost/test/unit_test.hpp>

using namespace nightjar::plugins::acl_file;
using namespace nightjar::plugins::acl_file::test;

BOOST_AUTO_TEST_SUITE(acl_check)

BOOST_AUTO_TEST_CASE(without_rules_everything_is_denied) {
    const acl none({});
    BOOST_TEST(read(none, "", "c", "a") == "denied 0");
    BOOST_TEST(write(none, "bob", "c", "a") == "denied 0");
    BOOST_TEST(!none.depends_on_client_id());
}

BOOST_AUTO_TEST_CASE(the_deciding_line_is_told_with_its_text) {
    const auto a = make("# plants\n  topic   deny  plant/secret\r\ntopic plant/#\n");
    const auto denied = a->check(access::read, "", "c", "plant/secret");
    BOOST_TEST(!denied.allowed);
    BOOST_TEST((denied.why == reason::line));
    BOOST_TEST(denied.line == 2);
    BOOST_TEST(denied.text == "topic   deny  plant/secret");
    const auto allowed = a->check(access::write, "", "c", "plant/a");
    BOOST_TEST(allowed.allowed);
    BOOST_TEST(allowed.line == 3);
    BOOST_TEST(allowed.text == "topic plant/#");
    const auto neither = a->check(access::write, "", "c", "stone");
    BOOST_TEST((neither.why == reason::no_line));
    BOOST_TEST(neither.line == 0);
    BOOST_TEST(neither.text == "");
}

BOOST_AUTO_TEST_CASE(of_several_denies_and_of_several_others_the_first_in_the_file_is_told) {
    const auto a = make("topic read #\ntopic read a\ntopic deny b/#\ntopic deny b/+\npattern deny +\n");
    BOOST_TEST(read(*a, "", "c", "a") == "allowed 1");
    BOOST_TEST(read(*a, "", "c", "b/x") == "denied 3");
    BOOST_TEST(write(*a, "", "c", "a") == "denied 5");
}

BOOST_AUTO_TEST_CASE(the_more_general_line_wins_if_it_stands_first) {
    BOOST_TEST(read(*make("topic read a/b/c\ntopic read a/+/c\ntopic read a/#\ntopic read #\n"), "", "c", "a/b/c") ==
               "allowed 1");
    BOOST_TEST(read(*make("topic read a/+/c\ntopic read a/b/c\n"), "", "c", "a/b/c") == "allowed 1");
    BOOST_TEST(read(*make("topic read a/#\ntopic read a/b/c\n"), "", "c", "a/b/c") == "allowed 1");
    BOOST_TEST(read(*make("topic read +/b/#\ntopic read a/b/c\n"), "", "c", "a/b/c") == "allowed 1");
}

BOOST_AUTO_TEST_CASE(a_name_of_no_bytes_is_anonymous) {
    const auto a = make("topic read a\nuser bob\ntopic read b\npattern read u/%u/x\npattern read c/%c/x\n");
    BOOST_TEST(read(*a, "", "c", "a") == "allowed 1");
    BOOST_TEST(read(*a, "", "c", "b") == "denied 0");
    BOOST_TEST(read(*a, "", "c", "u//x") == "denied 0"); // no empty level for no name
    BOOST_TEST(read(*a, "", "", "c//x") == "denied 0");
    BOOST_TEST(read(*a, "bob", "", "u/bob/x") == "allowed 4");
}

BOOST_AUTO_TEST_CASE(a_pattern_with_both_names) {
    const auto a = make("pattern write %u/%c/#\npattern deny %u/%u\n");
    BOOST_TEST(write(*a, "bob", "c1", "bob/c1/a") == "allowed 1");
    BOOST_TEST(write(*a, "bob", "c1", "bob/c2/a") == "denied 0");
    BOOST_TEST(write(*a, "bob", "bob", "bob/bob") == "denied 2");
    BOOST_TEST(write(*a, "bob", "bob", "bob/bob/a") == "allowed 1");
    BOOST_TEST(write(*a, "", "c1", "/c1/a") == "denied 0");
}

BOOST_AUTO_TEST_CASE(a_text_and_a_name_that_are_alike) {
    const auto a = make("pattern read x/c1/a\npattern write x/%c/b\n");
    BOOST_TEST(read(*a, "", "c1", "x/c1/a") == "allowed 1");
    BOOST_TEST(write(*a, "", "c1", "x/c1/b") == "allowed 2"); // both ways through the tree are tried
    BOOST_TEST(write(*a, "", "c2", "x/c1/b") == "denied 0");
}

BOOST_AUTO_TEST_CASE(names_cannot_bring_wildcards_into_patterns) { // CVE-2017-7650
    const auto a = make("pattern readwrite %c/x\npattern readwrite u/%u\npattern read all\nuser #\ntopic read own\n");
    for (const char* id : {"#", "+", "a+", "#b", "a/#", "+/+"}) {
        BOOST_TEST(write(*a, "", id, "victim/x") == "denied name");
        BOOST_TEST(write(*a, "bob", id, "u/bob") == "denied name");
        BOOST_TEST(read(*a, id, "c", "all") == "denied name");
        BOOST_TEST(write(*a, id, "c", "u/bob") == "denied name");
    }
    BOOST_TEST(read(*a, "#", "+", "own") == "allowed 5");
    for (const char* id : {"a/b", ".*", "$(x)", "[a-z]", "?", "%c", "*", "\\", "a%", "victi"}) {
        BOOST_TEST(write(*a, "", id, "victim/x") == "denied 0");
        BOOST_TEST(write(*a, id, "c", "u/bob") == "denied 0");
        BOOST_TEST(read(*a, id, id, "all") == "allowed 3");
    }
    BOOST_TEST(write(*a, "", ".*", ".*/x") == "allowed 1");
    BOOST_TEST(write(*a, "", "a/b", "a/b/x") == "allowed 1"); // two levels, as in mosquitto
    BOOST_TEST(write(*a, "a/b", "c", "u/a/b") == "allowed 2");
}

BOOST_AUTO_TEST_CASE(no_wildcard_reaches_a_topic_with_a_dollar) {
    const auto a = make("topic readwrite #\ntopic readwrite +/#\ntopic readwrite +/b\npattern readwrite #\n"
                        "pattern readwrite %c/#\n");
    for (const char* topic : {"$x/b", "$SYS/broker/uptime", "$", "$/b", "$x"}) {
        BOOST_TEST(read(*a, "", "c", topic) == "denied 0");
        BOOST_TEST(read(*a, "", "$x", topic) == "denied 0");
    }
    BOOST_TEST(read(*a, "", "c", "a/$x") == "allowed 1"); // only in front is it something special
    const auto b = make("topic read $SYS/#\ntopic read $x/+\npattern read $y/%c\n");
    BOOST_TEST(read(*b, "", "c", "$SYS/broker/uptime") == "allowed 1");
    BOOST_TEST(read(*b, "", "c", "$SYS") == "allowed 1");
    BOOST_TEST(read(*b, "", "c", "$x/a") == "allowed 2");
    BOOST_TEST(read(*b, "", "c", "$y/c") == "allowed 3");
    BOOST_TEST(read(*b, "", "c", "SYS/broker") == "denied 0");
    BOOST_TEST(read(*b, "", "c", "$sys/broker") == "denied 0");
}

BOOST_AUTO_TEST_CASE(no_line_opens_a_reserved_topic) {
    const auto a = make("topic readwrite $SYS/#\ntopic readwrite $SYSTEM\ntopic readwrite $share/#\n"
                        "topic readwrite $other/#\n");
    BOOST_TEST(write(*a, "", "c", "$SYS/broker/uptime") == "denied reserved");
    BOOST_TEST(write(*a, "", "c", "$SYSTEM") == "denied reserved");
    BOOST_TEST(read(*a, "", "c", "$SYS/broker/uptime") == "allowed 1");
    BOOST_TEST(write(*a, "", "c", "$SYS/broker/connection/b/state") == "allowed 1");
    BOOST_TEST(write(*make(""), "", "c", "$SYS/broker/connection/b/state") == "denied 0");
    BOOST_TEST(write(*a, "", "c", "$share/g/a") == "denied reserved");
    BOOST_TEST(read(*a, "", "c", "$share/g/a") == "denied reserved");
    BOOST_TEST(write(*a, "", "c", "$other/a") == "allowed 4");
    BOOST_TEST(is_reserved(access::write, "$SYS"));
    BOOST_TEST(!is_reserved(access::read, "$SYS"));
    BOOST_TEST(!is_reserved(access::write, "a/$SYS"));
}

BOOST_AUTO_TEST_CASE(empty_levels_are_levels) {
    const auto a = make("topic read /\ntopic read a//b\ntopic read c/\ntopic read //+\n");
    BOOST_TEST(read(*a, "", "c", "/") == "allowed 1");
    BOOST_TEST(read(*a, "", "c", "a//b") == "allowed 2");
    BOOST_TEST(read(*a, "", "c", "a/b") == "denied 0");
    BOOST_TEST(read(*a, "", "c", "a/x/b") == "denied 0");
    BOOST_TEST(read(*a, "", "c", "c/") == "allowed 3");
    BOOST_TEST(read(*a, "", "c", "c") == "denied 0");
    BOOST_TEST(read(*a, "", "c", "//") == "allowed 4");
    BOOST_TEST(read(*a, "", "c", "///") == "denied 0");
}

BOOST_AUTO_TEST_CASE(a_topic_of_many_levels) {
    std::string filter = "+", topic = "a";
    for (int i = 1; i < 200; ++i) {
        filter += "/+";
        topic += "/a";
    }
    const auto a = make("topic read " + filter + "\ntopic write +/#\n");
    BOOST_TEST(read(*a, "", "c", topic) == "allowed 1");
    BOOST_TEST(write(*a, "", "c", topic) == "allowed 2");
    BOOST_TEST(read(*a, "", "c", topic + "/a") == "denied 0");
    BOOST_TEST(read(*a, "", "c", std::string(60'000, '/')) == "denied 0"); // the codec lets none through, but no crash
}

BOOST_AUTO_TEST_SUITE_END()
