// password_file, acl_file, allow_anonymous: for all listeners, or with per_listener_settings for each.
#include "tests/unit/config/fixture.hpp"

#include <boost/test/unit_test.hpp>

using namespace nightjar::config;

BOOST_FIXTURE_TEST_SUITE(security_, test::fixture)

BOOST_AUTO_TEST_CASE(one_set_of_files_for_all_listeners) {
    const auto c = conf("listener 1883\npassword_file /a\nlistener 1884\nacl_file /b\n");
    BOOST_TEST(c.security.password_file == "/a");
    BOOST_TEST(c.security.password_where.line == 2);
    BOOST_TEST(c.security.acl_file == "/b");
    for (const auto& l : c.listeners) {
        BOOST_TEST((&security_of(c, l) == &c.security));
    }
}

BOOST_AUTO_TEST_CASE(a_set_for_each_listener) {
    const auto c = conf("per_listener_settings true\n"
                        "listener 1883\npassword_file /a\nallow_anonymous true\n"
                        "listener 1884\nacl_file /b\npassword_file /c\n");
    BOOST_TEST_REQUIRE(c.listeners.size() == 2U);
    BOOST_TEST(c.listeners[0].realm == 1U);
    BOOST_TEST(c.listeners[1].realm == 2U);
    BOOST_TEST(security_of(c, c.listeners[0]).password_file == "/a");
    BOOST_TEST(security_of(c, c.listeners[0]).acl_file == "");
    BOOST_TEST(security_of(c, c.listeners[1]).password_file == "/c");
    BOOST_TEST(security_of(c, c.listeners[1]).acl_file == "/b");
    BOOST_TEST(c.listeners[0].allow_anonymous.value());
    BOOST_TEST(!c.listeners[1].allow_anonymous.has_value());
    BOOST_TEST(!c.allow_anonymous);
    BOOST_TEST(c.security.password_file == "");
}

BOOST_AUTO_TEST_CASE(a_second_file_of_one_set_is_an_error) {
    for (const char* name : {"password_file", "acl_file"}) {
        const std::string line = std::string(name) + " /x\n";
        BOOST_TEST(findings("\n" + line + line) ==
                   "error main.conf:3 Duplicate \"" + std::string(name) + "\" value in configuration.\n");
        BOOST_TEST(read("per_listener_settings true\nlistener 1883\n" + line + "listener 1884\n" + line).ok());
    }
}

BOOST_AUTO_TEST_CASE(per_listener_settings_comes_first) {
    for (const char* before : {"listener 1884\n", "password_file /x\n", "acl_file /x\n", "allow_anonymous true\n"}) {
        BOOST_TEST(!read(std::string(before) + "per_listener_settings true\n").ok(), before);
        BOOST_TEST(read(std::string(before) + "per_listener_settings false\n").ok(), before);
    }
}

BOOST_AUTO_TEST_CASE(nobody_can_log_in_is_said) {
    const auto said = [this](const char* text) {
        return findings(text).find("Nobody can log in") != std::string::npos;
    };
    BOOST_TEST(said("listener 1883\n"));
    BOOST_TEST(!said("listener 1883\npassword_file /a\n"));
    BOOST_TEST(!said("listener 1883\nallow_anonymous true\n"));
    BOOST_TEST(said("per_listener_settings true\npassword_file /a\nlistener 1883\n"));
}

BOOST_AUTO_TEST_SUITE_END()
