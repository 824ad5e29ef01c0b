// TLS options of listeners: each has its place, and a listener with a part of what TLS needs is an error.
#include "tests/unit/config/fixture.hpp"

#include <boost/test/unit_test.hpp>

using namespace nightjar::config;
using namespace nightjar::config::test;

namespace {

const std::string both = "certfile /c\nkeyfile /k\n";

} // namespace

BOOST_FIXTURE_TEST_SUITE(tls, fixture)

BOOST_AUTO_TEST_CASE(options_of_one_listener) {
    const auto result = read("allow_anonymous true\n"
                             "listener 1883\n"
                             "listener 8883\n" +
                             both +
                             "cafile /ca\ncapath /cas\ncrlfile /crl\nrequire_certificate true\n"
                             "use_subject_as_username true\ntls_version tlsv1.3\n"
                             "ciphers A:B\nciphers_tls1.3 C:D\ndisable_client_cert_date_checks true\n");
    BOOST_TEST(result.ok());
    BOOST_TEST(!result.conf.listeners.at(0).tls.given);
    const auto& tls = result.conf.listeners.at(1).tls;
    BOOST_TEST(tls.given);
    BOOST_TEST(tls.certfile == "/c");
    BOOST_TEST(tls.keyfile == "/k");
    BOOST_TEST(tls.cafile == "/ca");
    BOOST_TEST(tls.capath == "/cas");
    BOOST_TEST(tls.crlfile == "/crl");
    BOOST_TEST(tls.ciphers == "A:B");
    BOOST_TEST(tls.ciphers_tls13 == "C:D");
    BOOST_TEST(tls.require_certificate);
    BOOST_TEST(tls.use_subject_as_username);
    BOOST_TEST(!tls.use_identity_as_username);
    BOOST_TEST(tls.ignore_client_dates);
    BOOST_TEST((tls.minimum == tls_version::v1_3));
    BOOST_TEST(tls.where.line == 4);
}

BOOST_AUTO_TEST_CASE(the_old_way_with_port) {
    const auto result = read("allow_anonymous true\ncertfile /c\nport 8883\nkeyfile /k\n");
    BOOST_TEST(result.ok());
    BOOST_TEST(result.conf.listeners.at(0).tls.certfile == "/c");
    BOOST_TEST(result.conf.listeners.at(0).tls.keyfile == "/k");
}

BOOST_AUTO_TEST_CASE(a_part_of_it_is_an_error) {
    for (const char* lines :
         {"certfile /c\n", "keyfile /k\n", "cafile /ca\n", "capath /ca\n", "crlfile /crl\n",
          "require_certificate true\n", "tls_version tlsv1.2\n", "ciphers A\n", "ciphers_tls1.3 A\n",
          "use_identity_as_username true\n", "certfile /c\nkeyfile /k\nrequire_certificate true\n", "psk_hint x\n",
          "tls_engine x\n", "tls_keyform engine\n"})
        BOOST_TEST(!read(std::string("allow_anonymous true\nlistener 8883\n") + lines).ok(), lines);
}

BOOST_AUTO_TEST_CASE(above_every_listener_is_an_error) {
    BOOST_TEST(!read("allow_anonymous true\n" + both + "listener 8883\n").ok());
}

BOOST_AUTO_TEST_CASE(who_has_a_certificate_can_log_in) {
    const auto result = read("listener 1883\n" + both +
                             "cafile /ca\nrequire_certificate true\n"
                             "use_identity_as_username true\n");
    BOOST_TEST(result.findings.empty());
}

BOOST_AUTO_TEST_SUITE_END()
