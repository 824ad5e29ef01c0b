// The command line: mosquitto's letters, and what is wrong with one.
#include "broker/config/command_line.hpp"
#include "version.hpp"

#include <vector>

#include <boost/test/unit_test.hpp>

using namespace nightjar;
using namespace nightjar::config;

namespace {

command_line parse(std::vector<const char*> arguments) {
    arguments.insert(arguments.begin(), "nightjar");
    return parse_command_line(static_cast<int>(arguments.size()), arguments.data());
}

std::string joined(const std::vector<const char*>& arguments) {
    std::string all;
    for (const char* a : arguments) all.append(a).append(" ");
    return all;
}

} // namespace

BOOST_AUTO_TEST_SUITE(command_line_)

BOOST_AUTO_TEST_CASE(nothing_is_asked_for_by_default) {
    const auto line = parse({});
    BOOST_TEST(!line.exit_status.has_value());
    BOOST_TEST(line.text == "");
    BOOST_TEST(line.options.file == "");
    BOOST_TEST(line.options.ports.empty());
    BOOST_TEST((!line.options.verbose && !line.daemonize && !line.options.quiet && !line.test_config));
}

BOOST_AUTO_TEST_CASE(c_names_the_configuration) {
    BOOST_TEST(parse({"-c", "/etc/a b.conf"}).options.file == "/etc/a b.conf");
    BOOST_TEST(parse({"--config-file", "a.conf"}).options.file == "a.conf");
    BOOST_TEST(parse({"-c", "a.conf", "-c", "b.conf"}).options.file == "b.conf");
}

BOOST_AUTO_TEST_CASE(p_can_be_given_ten_times) {
    BOOST_TEST(parse({"-p", "1"}).options.ports == std::vector<std::uint16_t>{1});
    BOOST_TEST(parse({"-p65535"}).options.ports == std::vector<std::uint16_t>{65535});
    std::vector<const char*> many;
    for (const char* port : {"1", "2", "3", "4", "5", "6", "7", "8", "9", "10"}) many.insert(many.end(), {"-p", port});
    const auto ten = parse(many);
    BOOST_TEST(!ten.exit_status.has_value());
    BOOST_TEST(ten.options.ports == (std::vector<std::uint16_t>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}));
    many.insert(many.end(), {"-p", "11"});
    BOOST_TEST(parse(many).exit_status.value_or(0) == 3);
}

BOOST_AUTO_TEST_CASE(each_letter_sets_its_flag_alone) {
    const auto flags = [](const command_line& l) {
        return std::string(l.options.verbose ? "v" : "") + (l.daemonize ? "d" : "") + (l.options.quiet ? "q" : "") +
               (l.test_config ? "t" : "");
    };
    BOOST_TEST(flags(parse({"-v"})) == "v");
    BOOST_TEST(flags(parse({"-d"})) == "d");
    BOOST_TEST(flags(parse({"-q"})) == "q");
    BOOST_TEST(flags(parse({"--test-config"})) == "t");
    const auto all = parse({"-dvq", "--test-config", "-c", "a.conf", "-p", "1883"});
    BOOST_TEST(flags(all) == "vdqt");
    BOOST_TEST(all.options.file == "a.conf");
    BOOST_TEST(!all.exit_status.has_value());
}

BOOST_AUTO_TEST_CASE(help_and_version_end_with_0) {
    for (const char* help : {"-h", "--help"}) {
        const auto line = parse({help});
        BOOST_TEST(line.exit_status.value_or(-1) == 0);
        for (const char* letter : {"-c,", "-p,", "-d,", "-v,", "-q,", "--test-config", "--version"})
            BOOST_TEST(line.text.find(letter) != std::string::npos, letter);
    }
    const auto line = parse({"--version"});
    BOOST_TEST(line.exit_status.value_or(-1) == 0);
    BOOST_TEST(line.text == std::string("nightjar version ") + version + "\n");
}

BOOST_AUTO_TEST_CASE(a_wrong_line_ends_with_3_and_says_why) {
    const std::vector<const char*> wrong[] = {
        {"-c"},
        {"-p"},
        {"-p", "0"},
        {"-p", "65536"},
        {"-p", "-1"},
        {"-p", "x"},
        {"-p", "1883x"},
        {"-p", "1", "2"},
        {"-p", "1.5"},
        {"-x"},
        {"--unknown"},
        {"a.conf"},
        {"-V"},
        {"-d", "extra"},
        {"--tls-keylog", "f"},
        {"-p", ""},
        {"--test-config=maybe"},
    };
    for (const auto& arguments : wrong) {
        const auto line = parse(arguments);
        BOOST_TEST(line.exit_status.value_or(-1) == 3, joined(arguments));
        BOOST_TEST(line.text.starts_with("Error: "), joined(arguments) << line.text);
        BOOST_TEST(line.text.ends_with('\n'), joined(arguments) << line.text);
    }
}

BOOST_AUTO_TEST_SUITE_END()
