// What `nightjar --list-options` prints, and with it the manual page, says the same as the option table.
#include "broker/config/option_list.hpp"
#include "broker/config/option_table.hpp"

#include <algorithm>
#include <string>

#include <boost/test/unit_test.hpp>

using namespace nightjar::config;

BOOST_AUTO_TEST_SUITE(option_list)

BOOST_AUTO_TEST_CASE(every_option_has_a_line) {
    const auto text = list_options();
    const auto lines = std::count(text.begin(), text.end(), '\n');
    BOOST_TEST(static_cast<std::size_t>(lines) == all_options().size());
    for (const auto& o : all_options())
        BOOST_TEST(("\n" + text).find("\n" + std::string(o.name) + "\t") != text.npos, o.name);
}

BOOST_AUTO_TEST_CASE(state_and_effect_are_those_of_the_table) {
    const auto text = list_options();
    BOOST_TEST(text.find("\npassword_file\tworks\t\n") != text.npos);
    BOOST_TEST(text.find("\nworker_threads\town\t\n") != text.npos);
    BOOST_TEST(text.find("\nplugin\tdiffers\tbuiltin:sensors") != text.npos);
    BOOST_TEST(text.find("\nautosave_interval\twarned\tevery acknowledged") != text.npos);
    BOOST_TEST(text.find("\npsk_file\trefused\tpre-shared") != text.npos);
}

BOOST_AUTO_TEST_CASE(what_is_said_of_an_option_is_said_of_one_that_works) {
    const auto works = [](std::string_view name) {
        const auto* o = find_option(name);
        return o != nullptr && o->state == support::works;
    };
    for (const auto& d : differences()) BOOST_TEST(works(d.name), d.name);
    for (const auto name : own_options()) BOOST_TEST(works(name), name);
}

BOOST_AUTO_TEST_SUITE_END()
