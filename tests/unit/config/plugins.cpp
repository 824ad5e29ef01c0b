// plugin and plugin_opt lines; the sensors plugin is there by itself.
#include "tests/unit/config/fixture.hpp"

#include <boost/test/unit_test.hpp>

using namespace nightjar::config;
using namespace nightjar::config::test;

namespace {

// "builtin:sensors(a=1, b=2)"
std::string summary(const configuration& conf) {
    std::string all;
    for (const auto& p : conf.plugins) {
        all += p.name + '(';
        for (const auto& o : p.options) all += (all.ends_with('(') ? "" : ", ") + o.key + '=' + o.value;
        all += ')';
    }
    return all;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(plugins, fixture)

BOOST_AUTO_TEST_CASE(the_sensors_plugin_is_there_by_itself) {
    BOOST_TEST(summary(load({}).conf) == "builtin:sensors()");
    BOOST_TEST(summary(conf("max_keepalive 1\n")) == "builtin:sensors()");
    BOOST_TEST(summary(conf("plugin builtin:sensors\n")) == "builtin:sensors()");
}

BOOST_AUTO_TEST_CASE(none_turns_it_off) {
    BOOST_TEST(summary(conf("plugin builtin:none\n")) == "");
    BOOST_TEST(findings("plugin builtin:none\n") == "");
}

BOOST_AUTO_TEST_CASE(options_go_to_the_plugin_above_in_order) {
    const auto result = read("plugin builtin:sensors\nplugin_opt_temp_max 35\nmax_keepalive 1\n"
                             "plugin_opt_source plain  a/+ \nplugin_opt_source dht11 b/+\n");
    BOOST_TEST(findings(result) == "");
    BOOST_TEST(summary(result.conf) == "builtin:sensors(temp_max=35, source=plain  a/+, source=dht11 b/+)");
}

BOOST_AUTO_TEST_CASE(without_a_plugin_line_they_go_to_the_sensors) {
    const auto result = read("plugin_opt_temp_max 35\nplugin_opt_temp_min 5\n");
    BOOST_TEST(findings(result) == "");
    BOOST_TEST(summary(result.conf) == "builtin:sensors(temp_max=35, temp_min=5)");
}

BOOST_AUTO_TEST_CASE(each_option_knows_its_line) {
    const auto result = read("plugin builtin:sensors\n\nplugin_opt_temp_max 35\n");
    const auto& plugin = result.conf.plugins.at(0);
    BOOST_TEST(plugin.where.line == 1);
    BOOST_TEST(plugin.options.at(0).where.line == 3);
    BOOST_TEST(plugin.options.at(0).where.file == path("main.conf"));
}

BOOST_AUTO_TEST_CASE(options_of_included_files_are_kept) {
    write("d/a.conf", "plugin_opt_temp_max 35\n");
    const auto result = read("plugin builtin:sensors\ninclude_dir " + path("d") + "\n");
    BOOST_TEST(summary(result.conf) == "builtin:sensors(temp_max=35)");
    BOOST_TEST(result.conf.plugins.at(0).options.at(0).where.file == path("d/a.conf"));
}

BOOST_AUTO_TEST_CASE(mosquittos_plugins_cannot_be_loaded) {
    const auto result = read("plugin /usr/lib/mosquitto_dynamic_security.so\nplugin_opt_config_file /x\n");
    BOOST_TEST(!result.ok());
    BOOST_TEST(findings(result) == "error main.conf:1 The plugin \"/usr/lib/mosquitto_dynamic_security.so\" cannot be "
                                   "loaded: there are builtin:sensors and builtin:none only.\n");
    BOOST_TEST(!read("auth_plugin /usr/lib/x.so\n").ok());
    BOOST_TEST(!read("auth_opt_backends files\n").ok());
}

BOOST_AUTO_TEST_CASE(a_plugin_is_there_once) {
    const auto result = read("plugin_opt_temp_max 1\nplugin builtin:sensors\nplugin_opt_temp_min 2\n");
    BOOST_TEST(findings(result) == "");
    BOOST_TEST(summary(result.conf) == "builtin:sensors(temp_max=1, temp_min=2)");
    BOOST_TEST(!read("plugin builtin:sensors\nplugin builtin:none\n").ok());
}

BOOST_AUTO_TEST_SUITE_END()
