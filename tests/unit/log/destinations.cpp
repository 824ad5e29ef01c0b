// Where lines go: standard output and error, files over a rotation, several places, none.
#include "broker/log/sinks.hpp"
#include "tests/unit/log/fixture.hpp"

#include <system_error>

#include <boost/test/unit_test.hpp>

#include <sys/stat.h>

using namespace nightjar::log;
using namespace nightjar::log::test;
using kind = nightjar::config::log_destination_kind;

BOOST_FIXTURE_TEST_SUITE(destinations, fixture)

BOOST_AUTO_TEST_CASE(standard_output_and_standard_error_are_told_apart) {
    {
        const redirected out(STDOUT_FILENO, dir / "out"), err(STDERR_FILENO, dir / "err");
        log.configure(settings({{kind::standard_output, {}}}));
        log.notice("to stdout");
        log.configure(settings({{kind::standard_error, {}}}));
        log.notice("to stderr");
    }
    BOOST_TEST(content(dir / "out") == "to stdout\n");
    BOOST_TEST(content(dir / "err") == "to stderr\n");
}

BOOST_AUTO_TEST_CASE(before_configure_lines_go_to_standard_error) {
    {
        const redirected err(STDERR_FILENO, dir / "err");
        logger fresh;
        fresh.error("early");
        fresh.debug("not wanted");
    }
    const auto text = content(dir / "err");
    BOOST_TEST(text.ends_with(": early\n"), text);
    BOOST_TEST(text.find("not wanted") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_file_is_appended_to) {
    for (const char* run : {"first", "second"}) {
        logger one;
        one.configure(settings({file(dir / "log")}));
        one.notice("{}", run);
    }
    BOOST_TEST(content(dir / "log") == "first\nsecond\n");
}

BOOST_AUTO_TEST_CASE(a_new_file_is_not_for_everybody) {
    const auto mask = ::umask(0);
    log.configure(settings({file(dir / "log")}));
    ::umask(mask);
    struct stat made {};
    BOOST_TEST_REQUIRE(::stat((dir / "log").c_str(), &made) == 0);
    BOOST_TEST((made.st_mode & 07777U) == 0640U);
}

BOOST_AUTO_TEST_CASE(reopen_after_a_rename_makes_a_new_file) {
    log.configure(settings({file(dir / "log")}));
    log.notice("1");
    std::filesystem::rename(dir / "log", dir / "log.1");
    log.notice("2"); // still the old file
    log.reopen();
    log.notice("3");
    BOOST_TEST(content(dir / "log.1") == "1\n2\n");
    BOOST_TEST(content(dir / "log") == "3\n");
}

BOOST_AUTO_TEST_CASE(reopen_without_a_rename_goes_on_in_the_same_file) {
    log.configure(settings({file(dir / "log")}));
    log.notice("1");
    log.reopen();
    log.notice("2");
    BOOST_TEST(content(dir / "log") == "1\n2\n");
}

BOOST_AUTO_TEST_CASE(a_reopen_that_fails_keeps_the_old_file) {
    std::filesystem::create_directory(dir / "logs");
    log.configure(settings({file(dir / "logs/log")}));
    std::filesystem::rename(dir / "logs", dir / "moved");
    log.reopen();
    log.notice("1");
    BOOST_TEST(content(dir / "moved/log") ==
               "Error: a log file could not be opened again; its old one goes on being written.\n1\n");
}

BOOST_AUTO_TEST_CASE(the_topic_gets_lines_while_it_is_a_destination) {
    lines published;
    log.set_topic(std::make_unique<capture>(published));
    log.notice("before");
    log.configure(settings({{kind::topic, {}}}));
    log.notice("1");
    log.configure(settings({{kind::topic, {}}}));
    log.notice("2");
    log.configure(settings());
    log.notice("after");
    log.configure(settings({{kind::topic, {}}}));
    log.set_topic(nullptr);
    log.notice("nowhere");
    BOOST_TEST(published == (lines{"1", "2"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(several_destinations_get_every_line) {
    {
        const redirected out(STDOUT_FILENO, dir / "out");
        log.configure(settings({file(dir / "a"), {kind::standard_output, {}}, file(dir / "b")}));
        log.notice("1");
        log.error("2");
    }
    for (const char* name : {"a", "out", "b"}) BOOST_TEST(content(dir / name) == "1\n2\n", name);
    BOOST_TEST(seen == (lines{"1", "2"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(none_writes_nowhere) {
    {
        const redirected out(STDOUT_FILENO, dir / "out"), err(STDERR_FILENO, dir / "err");
        logger silent;
        silent.configure(settings());
        silent.error("lost");
    }
    BOOST_TEST(content(dir / "out") + content(dir / "err") == "");
}

BOOST_AUTO_TEST_CASE(configure_replaces_the_destinations) {
    log.configure(settings({file(dir / "a")}));
    log.notice("1");
    log.configure(settings({file(dir / "b")}));
    log.notice("2");
    BOOST_TEST(content(dir / "a") == "1\n");
    BOOST_TEST(content(dir / "b") == "2\n");
    BOOST_TEST(seen.size() == 2U); // an added sink stays
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_opened_changes_nothing) {
    log.configure(settings({file(dir / "good")}));
    BOOST_CHECK_THROW(log.configure(settings({file(dir / "other"), file(dir / "missing/log")}, 0)), std::system_error);
    BOOST_TEST(log.enabled(level::debug));
    log.notice("1");
    BOOST_TEST(content(dir / "good") == "1\n");
    BOOST_TEST(content(dir / "other") == "");
    BOOST_TEST(last() == "1");
}

BOOST_AUTO_TEST_CASE(the_error_names_the_file) {
    try {
        log.configure(settings({file(dir / "missing/log")}));
        BOOST_ERROR("no exception");
    } catch (const std::system_error& e) {
        BOOST_TEST(std::string(e.what()).find(dir / "missing/log") != std::string::npos, e.what());
        BOOST_TEST((e.code() == std::errc::no_such_file_or_directory));
    }
}

BOOST_AUTO_TEST_CASE(a_full_disk_does_not_stop_the_broker) {
    if (!std::filesystem::exists("/dev/full")) return;
    log.configure(settings({file("/dev/full"), file(dir / "log")}));
    log.notice("1");
    BOOST_TEST(content(dir / "log") == "1\n");
}

BOOST_AUTO_TEST_SUITE_END()
