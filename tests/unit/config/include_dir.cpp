// include_dir: which files are read, in which order, and where their mistakes are found.
#include "tests/unit/config/fixture.hpp"

#include <boost/test/unit_test.hpp>

using namespace nightjar::config;
using namespace nightjar::config::test;

namespace {

std::string ports(const configuration& conf) {
    std::string all;
    for (const auto& l : conf.listeners) all += std::to_string(l.port) + ' ';
    return all;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(include_dir, fixture)

BOOST_AUTO_TEST_CASE(files_are_read_in_the_order_of_their_bytes) {
    int port = 1;
    for (const char* name : {"10.conf", "9.conf", "A.conf", "Z.conf", "_.conf", "a.conf", "b.conf", "\xC3\xA9.conf"})
        write("d/" + std::string(name), "listener " + std::to_string(port++) + "\n");
    BOOST_TEST(ports(conf("include_dir " + path("d") + "\n")) == "1 2 3 4 5 6 7 8 ");
}

BOOST_AUTO_TEST_CASE(only_names_that_end_with_conf_are_read) {
    for (const char* name : {"a.CONF", "a.conf~", "a.conf.bak", "conf", "a.txt", "aconf", ".conf"})
        write("d/" + std::string(name), "nonsense_zzz\n");
    write("d/sub/deep.conf", "nonsense_zzz\n");
    write("d/good.conf", "user bob\n");
    const auto result = read("include_dir " + path("d") + "\n");
    BOOST_TEST(findings(result) == "");
    BOOST_TEST(result.conf.user == "bob");
}

BOOST_AUTO_TEST_CASE(they_are_read_at_the_place_of_the_line) {
    write("d/a.conf", "max_keepalive 2\nmax_queued_messages 2\n");
    const auto result = read("max_keepalive 1\ninclude_dir " + path("d") + "\nmax_queued_messages 3\n");
    BOOST_TEST(result.conf.max_keepalive == 2);
    BOOST_TEST(result.conf.max_queued_messages == 3U);
}

BOOST_AUTO_TEST_CASE(a_mistake_names_its_file_and_the_line_that_included_it) {
    write("d/a.conf", "# head\nnonsense_zzz 1\n");
    write("d/b.conf", "retry_interval 1\n");
    BOOST_TEST(findings("\ninclude_dir " + path("d") + "\nnonsense_zzz 2\n") ==
               "error d/a.conf:2<main.conf:2 Unknown configuration variable \"nonsense_zzz\".\n"
               "warning d/b.conf:1<main.conf:2 retry_interval is ignored: messages are sent again on reconnect only, "
               "as MQTT wants.\n"
               "error main.conf:3 Unknown configuration variable \"nonsense_zzz\".\n");
}

BOOST_AUTO_TEST_CASE(findings_from_before_are_not_called_included) {
    write("d/a.conf", "nonsense_zzz 1\n");
    const auto result = read("nonsense_zzz 2\ninclude_dir " + path("d") + "\n");
    BOOST_TEST_REQUIRE(result.findings.size() == 2U);
    BOOST_TEST(result.findings[0].included_from == "");
    BOOST_TEST(result.findings[1].included_from == path("main.conf") + ":2");
}

BOOST_AUTO_TEST_CASE(an_included_file_cannot_include) {
    write("e/b.conf", "user bob\n");
    write("d/a.conf", "include_dir " + path("e") + "\n");
    const auto result = read("include_dir " + path("d") + "\n");
    BOOST_TEST(findings(result) ==
               "error d/a.conf:1<main.conf:1 include_dir is allowed in the main configuration file only.\n");
    BOOST_TEST(result.conf.user == "");
}

BOOST_AUTO_TEST_CASE(a_directory_that_cannot_be_read_is_an_error) {
    const auto result = read("user bob\ninclude_dir " + path("missing") + "\n");
    BOOST_TEST(!result.ok());
    BOOST_TEST(findings(result).starts_with("error main.conf:2 Unable to open include_dir"), findings(result));
    BOOST_TEST(findings("include_dir\n") == "error main.conf:1 Empty \"include_dir\" value in configuration.\n");
}

BOOST_AUTO_TEST_CASE(an_entry_that_is_no_file_is_an_error) {
    std::filesystem::create_directories(path("d/folder.conf"));
    BOOST_TEST(
        contains(findings("include_dir " + path("d") + "\n"), "Unable to open config file \"" + path("d/folder.conf")));
}

BOOST_AUTO_TEST_CASE(each_file_has_its_own_listener) {
    write("d/a.conf", "listener 1884\n");
    write("d/b.conf", "max_connections 5\n");
    const auto result = conf("listener 1883 127.0.0.1\ninclude_dir " + path("d") + "\nprotocol websockets\n");
    BOOST_TEST_REQUIRE(result.listeners.size() == 2U);
    BOOST_TEST((result.listeners[0].protocol == listener_protocol::websockets));
    BOOST_TEST((result.listeners[1].protocol == listener_protocol::mqtt));
    BOOST_TEST(result.listeners[0].max_connections == -1);
    BOOST_TEST(result.listeners[1].max_connections == -1);
}

BOOST_AUTO_TEST_CASE(an_empty_directory_is_none) {
    std::filesystem::create_directory(path("d"));
    BOOST_TEST(findings("include_dir " + path("d") + "\n") == "");
}

BOOST_AUTO_TEST_CASE(a_duplicate_is_found_over_files) {
    write("d/a.conf", "user eve\n");
    BOOST_TEST(findings("user bob\ninclude_dir " + path("d") + "\n") ==
               "error d/a.conf:1<main.conf:2 Duplicate \"user\" value in configuration.\n");
}

BOOST_AUTO_TEST_CASE(several_directories_are_read) {
    write("d/a.conf", "listener 1\n");
    write("e/a.conf", "listener 2\n");
    BOOST_TEST(ports(conf("include_dir " + path("e") + "\ninclude_dir " + path("d") + "\n")) == "2 1 ");
}

BOOST_AUTO_TEST_SUITE_END()
