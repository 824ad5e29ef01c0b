// Lines: comments, blanks, mistakes, and where each of them was found.
#include "broker/config/option_table.hpp"
#include "tests/unit/config/fixture.hpp"

#include <boost/test/unit_test.hpp>

using namespace nightjar::config;
using namespace nightjar::config::test;

BOOST_FIXTURE_TEST_SUITE(reader, fixture)

BOOST_AUTO_TEST_CASE(a_comment_begins_in_column_1_only) {
    BOOST_TEST(findings("# text\n#max_keepalive x\n#\n") == "");
    BOOST_TEST(conf("#user a\nuser b\n").user == "b");
    BOOST_TEST(conf("user bob # not root\n").user == "bob # not root");   // strings take the rest of the line
    BOOST_TEST(conf("max_keepalive 60 # seconds\n").max_keepalive == 60); // of others it is ignored
    BOOST_TEST(findings(" # text\n") == "error main.conf:1 Unknown configuration variable \"#\".\n");
}

BOOST_AUTO_TEST_CASE(blanks_around_names_and_values_do_not_matter) {
    for (const char* text : {"user bob\n", "  user bob\n", "user \t  bob\t \n", "user\tbob\n", "user bob\r\n",
                             "user bob", "\n\r\n \t\nuser bob\n\n"}) {
        const auto result = read(text);
        BOOST_TEST(findings(result) == "", text);
        BOOST_TEST(result.conf.user == "bob", text);
    }
}

BOOST_AUTO_TEST_CASE(an_empty_file_is_no_mistake) {
    BOOST_TEST(findings("") == "");
    BOOST_TEST(read("\n\n# nothing\n").conf.local_only);
}

BOOST_AUTO_TEST_CASE(a_string_keeps_its_inner_blanks) {
    BOOST_TEST(conf("pid_file /tmp/a  b.pid \n").pid_file == "/tmp/a  b.pid");
}

BOOST_AUTO_TEST_CASE(an_unknown_name_is_an_error_with_the_nearest_name) {
    BOOST_TEST(findings("\nlistner 1883\n") ==
               "error main.conf:2 Unknown configuration variable \"listner\". Did you mean \"listener\"?\n");
    BOOST_TEST(findings("xyzzyq 1\n") == "error main.conf:1 Unknown configuration variable \"xyzzyq\".\n");
    BOOST_TEST(!read("listner 1883\n").ok());
}

BOOST_AUTO_TEST_CASE(names_are_case_sensitive) {
    BOOST_TEST(findings("USER bob\n").starts_with("error main.conf:1 Unknown configuration variable \"USER\""));
}

BOOST_AUTO_TEST_CASE(a_second_line_of_a_string_option_is_an_error) {
    for (const char* name :
         {"user", "pid_file", "auto_id_prefix", "persistence_location", "log_timestamp_format", "bind_address"}) {
        const std::string line = std::string(name) + " a\n";
        const auto all = findings(line + "allow_anonymous true\n" + line);
        BOOST_TEST(contains(all, "error main.conf:3 Duplicate \"" + std::string(name) + "\" value in configuration.\n"),
                   all);
        BOOST_TEST(!contains(all, "main.conf:1"), all);
    }
}

BOOST_AUTO_TEST_CASE(of_other_options_the_last_line_counts) {
    BOOST_TEST(findings("max_keepalive 1\nmax_keepalive 2\n") == "");
    BOOST_TEST(conf("max_keepalive 1\nmax_keepalive 2\n").max_keepalive == 2);
}

BOOST_AUTO_TEST_CASE(every_working_option_wants_a_value) {
    for (const auto& o : all_options()) {
        if (o.state != support::works) continue;
        const std::string name(o.name);
        const auto wanted = "error main.conf:2 Empty \"" + name + "\" value in configuration.\n";
        BOOST_TEST(findings("\n" + name + "\n") == wanted);
        BOOST_TEST(findings("\n" + name + " \t\r\n") == wanted);
    }
}

BOOST_AUTO_TEST_CASE(broken_utf8_is_an_error_of_its_line) {
    const auto result = read("user bob\npid_file \xE9t\xE9\n\nuser\xFF x\nmax_keepalive 7\n");
    BOOST_TEST(findings(result) == "error main.conf:2 Malformed UTF-8.\nerror main.conf:4 Malformed UTF-8.\n");
    BOOST_TEST(result.conf.pid_file == "");
    BOOST_TEST(result.conf.max_keepalive == 7); // reading went on
    BOOST_TEST(findings(std::string("user a\0b\n", 9)) == "error main.conf:1 Malformed UTF-8.\n");
    BOOST_TEST(findings("# \xFF in a comment\n") == "");
    BOOST_TEST(conf("auto_id_prefix \xC3\xA9t\xC3\xA9-\n").auto_id_prefix == "\xC3\xA9t\xC3\xA9-");
}

BOOST_AUTO_TEST_CASE(one_run_shows_all_mistakes_in_order) {
    const auto result = read("# head\n"
                             "nonsense_zzz 1\n"
                             "max_keepalive many\n"
                             "retry_interval 10\n"
                             "user\n"
                             "\n"
                             "allow_anonymous perhaps\n"
                             "tls_engine up\n"
                             "log_type loud\n");
    BOOST_TEST(!result.ok());
    BOOST_TEST(
        findings(result) ==
        "error main.conf:2 Unknown configuration variable \"nonsense_zzz\".\n"
        "error main.conf:3 Invalid value \"many\" of max_keepalive: a number from 0 to 65535 is wanted.\n"
        "warning main.conf:4 retry_interval is ignored: messages are sent again on reconnect only, as MQTT wants.\n"
        "error main.conf:5 Empty \"user\" value in configuration.\n"
        "error main.conf:7 Invalid value \"perhaps\" of allow_anonymous: true or false is wanted.\n"
        "error main.conf:8 tls_engine is not possible: OpenSSL engines are not supported; the key has to be a file.\n"
        "error main.conf:9 Invalid value \"loud\" of log_type: unknown type.\n");
}

BOOST_AUTO_TEST_CASE(warnings_and_notices_are_no_failure) {
    BOOST_TEST(read("retry_interval 10\n").ok());
    const auto result = read("listener 1884\n");
    BOOST_TEST(result.findings.size() == 2U);
    BOOST_TEST(result.ok());
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_read_is_an_error) {
    std::filesystem::create_directory(path("dir"));
    for (const char* name : {"missing.conf", "dir"}) {
        const auto result = load({path(name), {}, false});
        BOOST_TEST(!result.ok());
        BOOST_TEST(contains(findings(result), "Unable to open config file \"" + path(name) + "\"."), findings(result));
    }
}

BOOST_AUTO_TEST_CASE(a_finding_is_printed_as_mosquitto_prints_it) {
    const origin where{"/etc/m.conf", 12};
    BOOST_TEST(format_finding({severity::error, "Bad.", where, ""}) == "Error: Bad.\n Error found at /etc/m.conf:12.");
    BOOST_TEST(format_finding({severity::warning, "Hm.", where, ""}) ==
               "Warning: Hm.\n Warning found at /etc/m.conf:12.");
    BOOST_TEST(format_finding({severity::notice, "So.", where, ""}) == "Notice: So.\n Notice found at /etc/m.conf:12.");
    BOOST_TEST(format_finding({severity::error, "Bad.", {}, ""}) == "Error: Bad.");
    BOOST_TEST(format_finding({severity::error, "Bad.", {"/etc/d/a.conf", 3}, "/etc/m.conf:12"}) ==
               "Error: Bad.\n Error found at /etc/d/a.conf:3.\n Error found at /etc/m.conf:12.");
}

BOOST_AUTO_TEST_SUITE_END()
