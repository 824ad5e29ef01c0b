// Under systemd: lines carry their priority for the journal, which has a time of its own.
#include "broker/log/sinks.hpp"
#include "tests/unit/log/fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <syslog.h>

using namespace nightjar::log;
using namespace nightjar::log::test;
using kind = nightjar::config::log_destination_kind;

namespace {

nightjar::config::logging stderr_with_time() {
    auto made = settings({{kind::standard_error, {}}});
    made.timestamp = true;
    return made;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(journal_, fixture)

BOOST_AUTO_TEST_CASE(standard_error_gets_the_priority_and_no_time) {
    {
        const redirected err(STDERR_FILENO, dir / "err");
        journal_stream::set(STDERR_FILENO);
        log.configure(stderr_with_time());
        log.error("e");
        log.warning("w");
        log.notice("n");
        log.information("i");
        log.debug("d");
    }
    BOOST_TEST(content(dir / "err") == "<3>e\n<4>w\n<5>n\n<6>i\n<7>d\n");
}

BOOST_AUTO_TEST_CASE(elsewhere_there_is_no_priority) {
    {
        const redirected err(STDERR_FILENO, dir / "err");
        log.configure(stderr_with_time());
        log.error("e");
    }
    const auto text = content(dir / "err");
    BOOST_TEST(!text.starts_with('<'), text);
    BOOST_TEST(text.ends_with(": e\n"), text);
}

BOOST_AUTO_TEST_CASE(a_redirected_stream_is_not_the_journal) {
    journal_stream::set(STDERR_FILENO);
    {
        const redirected err(STDERR_FILENO, dir / "err");
        log.configure(stderr_with_time());
        log.error("e");
    }
    BOOST_TEST(!content(dir / "err").starts_with('<'));
}

BOOST_AUTO_TEST_CASE(a_file_keeps_its_times) {
    const redirected err(STDERR_FILENO, dir / "err");
    journal_stream::set(STDERR_FILENO);
    auto both = stderr_with_time();
    both.destinations.push_back({kind::file, dir / "log"});
    log.configure(both);
    log.error("e");
    BOOST_TEST(content(dir / "err") == "<3>e\n");
    BOOST_TEST(content(dir / "log").ends_with(": e\n"));
    BOOST_TEST(content(dir / "log").size() > 5U);
}

BOOST_AUTO_TEST_CASE(a_client_cannot_choose_the_priority_of_a_line) {
    {
        const redirected err(STDERR_FILENO, dir / "err");
        journal_stream::set(STDERR_FILENO);
        log.configure(stderr_with_time());
        log.information("{}", "<0>x\n<0>y");
    }
    BOOST_TEST(content(dir / "err") == "<6><0>x\\x0A<0>y\n");
}

BOOST_AUTO_TEST_CASE(levels_have_the_priorities_of_syslog) {
    BOOST_TEST(syslog_priority(level::error) == LOG_ERR);
    BOOST_TEST(syslog_priority(level::warning) == LOG_WARNING);
    for (const auto at : {level::notice, level::subscribe, level::unsubscribe}) // as mosquitto
        BOOST_TEST(syslog_priority(at) == LOG_NOTICE);
    BOOST_TEST(syslog_priority(level::information) == LOG_INFO);
    for (const auto at : {level::debug, level::websockets}) BOOST_TEST(syslog_priority(at) == LOG_DEBUG);
}

BOOST_AUTO_TEST_SUITE_END()
