// What a client sends cannot forge a log line.
#include "tests/unit/log/fixture.hpp"

#include <fmt/format.h>

#include <boost/test/unit_test.hpp>

using namespace nightjar::log;
using namespace nightjar::log::test;

BOOST_FIXTURE_TEST_SUITE(printable, fixture)

BOOST_AUTO_TEST_CASE(a_newline_in_a_client_id_stays_in_its_line) {
    log.configure(settings({file(dir / "log")}));
    log.notice("New client connected as {}.", "x\n1769612875: New client connected as admin");
    log.notice("after");
    BOOST_TEST(lines_of(dir / "log") ==
                   (lines{"New client connected as x\\x0A1769612875: New client connected as admin.", "after"}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(every_control_character_is_written_in_hex) {
    for (int c = 0; c < 0x80; ++c) {
        log.notice("a{}b", std::string(1, static_cast<char>(c)));
        const bool control = c < 0x20 || c == 0x7F;
        const auto inside = control ? fmt::format("\\x{:02X}", c) : std::string(1, static_cast<char>(c));
        BOOST_TEST(last() == "a" + inside + "b", "character " << c);
    }
}

BOOST_AUTO_TEST_CASE(a_tab_in_front_is_mosquittos_indent) {
    log.notice("\t{}", "a\tb");
    BOOST_TEST(last() == "\ta\\x09b");
}

BOOST_AUTO_TEST_CASE(a_terminal_sees_no_escape_sequence) {
    log.notice("{}", "\x1B[31mred\x1B]0;title\x07\r");
    BOOST_TEST(last() == "\\x1B[31mred\\x1B]0;title\\x07\\x0D");
}

BOOST_AUTO_TEST_CASE(c1_controls_are_escaped_too) {
    log.notice("{}", "a\xC2\x9Bz\xC2\x85");
    BOOST_TEST(last() == "a\\xC2\\x9Bz\\xC2\\x85");
}

BOOST_AUTO_TEST_CASE(what_is_no_utf8_is_written_in_hex) {
    log.notice("{}", "\xFF\xC3(\x9B[31m\xE2\x82");
    BOOST_TEST(last() == "\\xFF\\xC3(\\x9B[31m\\xE2\\x82");
    log.notice("{}{}", std::string(4095, 'x'), "\xC3\xA9");
    BOOST_TEST(last().ends_with("x\\xC3..."));
}

BOOST_AUTO_TEST_CASE(letters_beyond_ascii_are_left_alone) {
    log.notice("{}", "Capteur Humidit\xC3\xA9 \xF0\x9F\xA6\x9F");
    BOOST_TEST(last() == "Capteur Humidit\xC3\xA9 \xF0\x9F\xA6\x9F");
}

BOOST_AUTO_TEST_CASE(a_clients_text_is_not_a_format) {
    auto with_time = settings();
    with_time.timestamp = true;
    with_time.timestamp_format = "%Y";
    log.configure(with_time);
    log.notice("{}", "{} {0} %Y %s %n");
    BOOST_TEST(last().substr(4) == ": {} {0} %Y %s %n");
}

BOOST_AUTO_TEST_CASE(a_line_written_as_it_is_is_cleaned_too) {
    log.write_line(level::notice, "a\nb");
    BOOST_TEST(last() == "a\\x0Ab");
}

BOOST_AUTO_TEST_CASE(an_endless_text_is_cut_and_says_so) {
    log.notice("{}", std::string(1'000'000, 'x'));
    BOOST_TEST(last().size() < 10'000U);
    BOOST_TEST(last().ends_with("xxx..."));
    log.notice("{}", std::string(1'000, 'x'));
    BOOST_TEST(last() == std::string(1'000, 'x'));
}

BOOST_AUTO_TEST_SUITE_END()
