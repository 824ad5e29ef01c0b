#include "broker/net/tls_listeners.hpp"

#include "tests/unit/net/tls_fixture.hpp"

#include <stdexcept>

using namespace nightjar;
using namespace nightjar::net;
using namespace nightjar::net::test;

BOOST_FIXTURE_TEST_SUITE(tls_listeners_, file_fixture)

BOOST_AUTO_TEST_CASE(a_plain_listener_has_none) {
    const std::vector<config::listener> all{config::listener(), listener()};
    const tls_listeners table(all);
    BOOST_TEST(!table.of(all[0]));
    BOOST_TEST(table.of(all[1]) != nullptr);
}

BOOST_AUTO_TEST_CASE(a_listener_with_part_of_its_options_is_refused) {
    std::vector<config::listener> all{listener()};
    all[0].tls.keyfile.clear();
    BOOST_CHECK_THROW(tls_listeners{all}, std::runtime_error);
}

BOOST_AUTO_TEST_CASE(reload_changes_all_or_none) {
    write("other", make_identity("other", &authority));
    const std::vector<config::listener> all{listener(), listener("other")};
    tls_listeners table(all);
    std::vector<std::string> warnings;
    const auto first = table.of(all[0]), second = table.of(all[1]);
    table.use(table.read(warnings));
    const auto third = table.of(all[0]), fourth = table.of(all[1]);
    BOOST_TEST(third != first);
    BOOST_TEST(fourth != second);
    write_text("other.crt", "broken");
    BOOST_CHECK_THROW(table.read(warnings), std::runtime_error);
    BOOST_TEST(table.of(all[0]) == third);
    BOOST_TEST(table.of(all[1]) == fourth);
}

BOOST_AUTO_TEST_CASE(check_finds_the_faults_of_all_listeners) {
    std::vector<config::listener> all{listener("missing"), listener(), listener("gone")};
    all[0].tls.where = {"a.conf", 3};
    all[2].tls.where = {"a.conf", 9};
    std::vector<config::finding> findings;
    tls_listeners::check(all, findings);
    BOOST_TEST(findings.size() == 2U);
    BOOST_TEST((findings.at(0).level == config::severity::error));
    BOOST_TEST(findings.at(0).text.starts_with("Cannot use certfile "));
    BOOST_TEST(findings.at(1).where.line == 9);
}

BOOST_AUTO_TEST_SUITE_END()
