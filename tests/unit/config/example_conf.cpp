// conf/nightjar.conf, the example: it loads as it is, and what stands behind a '#' is the default.
#include "broker/config/option_table.hpp"
#include "broker/config/values.hpp"
#include "tests/unit/config/fixture.hpp"

#include <algorithm>
#include <cctype>
#include <vector>

#include <boost/test/unit_test.hpp>

using namespace nightjar::config;
using namespace nightjar::config::test;

namespace {

struct example {
    std::string name, value; // no value: there is none that could be written
};

// A line like "#max_keepalive 0      (seconds; 0: any)". "# text" is a comment. DIRECTORY stands for any.
std::optional<example> commented_out(std::string_view line) {
    if (line.size() < 2 || line[0] != '#' || std::islower(static_cast<unsigned char>(line[1])) == 0)
        return std::nullopt;
    line.remove_prefix(1);
    const auto name = first_word(line);
    auto value = trim(line.substr(name.size()));
    value = trim(value.substr(0, value.find('(')));
    const bool stands_for_any = std::all_of(value.begin(), value.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
    return example{std::string(name), stands_for_any ? std::string() : std::string(value)};
}

std::vector<std::string> lines_of(const std::string& path) {
    std::vector<std::string> lines;
    std::ifstream in(path);
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
}

// The file with every example that has a value made a line of its own.
std::string with_examples() {
    std::string text;
    for (const auto& line : lines_of(NIGHTJAR_CONF)) {
        const auto found = commented_out(line);
        text += (found && !found->value.empty() ? found->name + ' ' + found->value : line) + '\n';
    }
    return text;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(example_conf, fixture)

BOOST_AUTO_TEST_CASE(it_loads_without_a_word) {
    const auto result = load({NIGHTJAR_CONF, {}, false});
    BOOST_TEST(findings(result) == "");
    BOOST_TEST(result.conf.listeners.size() == 3U);
    for (const auto& l : result.conf.listeners) BOOST_TEST(l.bind_address == "127.0.0.1");
    BOOST_TEST(result.conf.allow_anonymous);
    BOOST_TEST(result.conf.plugins.size() == 1U);
}

BOOST_AUTO_TEST_CASE(every_commented_name_is_an_option_that_works) {
    int count = 0;
    for (const auto& line : lines_of(NIGHTJAR_CONF)) {
        const auto found = commented_out(line);
        if (!found) continue;
        ++count;
        if (found->name.starts_with("plugin_opt_")) continue;
        const auto* known = find_option(found->name);
        BOOST_TEST((known != nullptr && known->state == support::works), line);
    }
    BOOST_TEST(count > 30);
}

BOOST_AUTO_TEST_CASE(it_loads_without_a_word_with_all_examples) {
    const auto result = read(with_examples());
    BOOST_TEST(findings(result) == "");
    BOOST_TEST_REQUIRE(result.conf.plugins.size() == 1U);
    BOOST_TEST(result.conf.plugins[0].options.size() > 15U);
}

BOOST_AUTO_TEST_CASE(the_examples_are_the_defaults) {
    const auto with = conf(with_examples()), plain = load({NIGHTJAR_CONF, {}, false}).conf;
    BOOST_TEST(with.allow_zero_length_clientid == plain.allow_zero_length_clientid);
    BOOST_TEST(with.auto_id_prefix == plain.auto_id_prefix);
    BOOST_TEST(with.max_keepalive == plain.max_keepalive);
    BOOST_TEST(with.global_max_connections == plain.global_max_connections);
    BOOST_TEST(with.max_packet_size == plain.max_packet_size);
    BOOST_TEST(with.message_size_limit == plain.message_size_limit);
    BOOST_TEST(with.max_inflight_messages == plain.max_inflight_messages);
    BOOST_TEST(with.max_queued_messages == plain.max_queued_messages);
    BOOST_TEST(with.max_queued_bytes == plain.max_queued_bytes);
    BOOST_TEST(with.acknowledge_before_stored == plain.acknowledge_before_stored);
    BOOST_TEST(with.queue_qos0_messages == plain.queue_qos0_messages);
    BOOST_TEST(with.retain_available == plain.retain_available);
    BOOST_TEST(with.set_tcp_nodelay == plain.set_tcp_nodelay);
    BOOST_TEST(with.sys_interval == plain.sys_interval);
    BOOST_TEST(with.presence_events == plain.presence_events);
    BOOST_TEST(with.measurements_keep_days == plain.measurements_keep_days);
    BOOST_TEST(with.hours_keep_days == plain.hours_keep_days);
    BOOST_TEST(with.worker_threads == plain.worker_threads);
    BOOST_TEST(with.log.levels == plain.log.levels);
    BOOST_TEST(with.log.timestamp == plain.log.timestamp);
    BOOST_TEST(with.log.connection_messages == plain.log.connection_messages);
    BOOST_TEST(
        (with.log.destinations.size() == 1 && with.log.destinations[0].kind == plain.log.destinations.at(0).kind));
    BOOST_TEST(with.listeners.back().max_connections == plain.listeners.back().max_connections);
}

BOOST_AUTO_TEST_SUITE_END()
