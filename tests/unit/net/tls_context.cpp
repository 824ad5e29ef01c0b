#include "broker/net/tls_context.hpp"

#include "tests/unit/net/tls_fixture.hpp"

#include <stdexcept>

using namespace nightjar;
using namespace nightjar::net;
using namespace nightjar::net::test;

namespace {

struct fixture : file_fixture {
    // What is wrong; empty: nothing.
    std::string fault(const config::listener& l) {
        warnings.clear();
        try {
            const tls_context made(l, warnings);
            return {};
        } catch (const std::runtime_error& e) {
            return e.what();
        }
    }
    std::vector<std::string> warnings;
};

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

} // namespace

BOOST_FIXTURE_TEST_SUITE(tls_context_, fixture)

BOOST_AUTO_TEST_CASE(good_files) {
    BOOST_TEST(fault(listener()) == "");
    BOOST_TEST(fault(asking_for_certificates()) == "");
    BOOST_TEST(warnings.empty());
}

BOOST_AUTO_TEST_CASE(each_file_is_named_with_its_fault) {
    write_text("empty", "");
    write_text("text", "no certificate");
    const auto with = [&](std::string config::tls_options::*member, const std::string& name) {
        auto l = asking_for_certificates();
        l.tls.*member = path(name);
        return fault(l);
    };
    const std::pair<std::string config::tls_options::*, std::string> options[] = {
        {&config::tls_options::certfile, "certfile"},
        {&config::tls_options::keyfile, "keyfile"},
        {&config::tls_options::cafile, "cafile"},
        {&config::tls_options::crlfile, "crlfile"},
    };
    for (const auto& [member, name] : options) {
        BOOST_TEST_CONTEXT(name) {
            const auto begin = "cannot use " + name + " " + directory.string();
            BOOST_TEST(has(with(member, "missing"), begin + "/missing: No such file"));
            BOOST_TEST(has(with(member, "empty"), begin + "/empty: it is empty"));
            BOOST_TEST(has(with(member, "text"), begin + "/text: there is no "));
            BOOST_TEST(has(with(member, "."), begin + "/.: it is no file"));
        }
    }
    BOOST_TEST(has(with(&config::tls_options::capath, "missing"), "cannot use capath"));
    BOOST_TEST(has(with(&config::tls_options::capath, "ca.crt"), "it is no directory"));
}

BOOST_AUTO_TEST_CASE(a_key_of_another_certificate) {
    auto l = listener();
    l.tls.keyfile = path("ca.key");
    BOOST_TEST(fault(l) ==
               "cannot use keyfile " + path("ca.key") + ": it does not belong to certfile " + path("server.crt"));
}

BOOST_AUTO_TEST_CASE(a_key_with_a_password_asks_nobody) {
    write("locked", server, "secret");
    auto l = listener();
    l.tls.keyfile = path("locked.key");
    BOOST_TEST(has(fault(l), "locked.key: it is protected by a password"));
}

BOOST_AUTO_TEST_CASE(dates_and_readers_are_worth_a_warning) {
    write("old", make_identity("localhost", &authority, -86'400, -3600));
    BOOST_TEST(fault(listener("old")) == "");
    BOOST_TEST(warnings.size() == 1U);
    BOOST_TEST(has(warnings.at(0), "old.crt expired on 20"));
    write("early", make_identity("localhost", &authority, 86'400, 2 * 86'400));
    BOOST_TEST(fault(listener("early")) == "");
    BOOST_TEST(has(warnings.at(0), "early.crt is not valid before 20"));
    std::filesystem::permissions(path("server.key"), std::filesystem::perms{0644});
    BOOST_TEST(fault(listener()) == "");
    BOOST_TEST(has(warnings.at(0), "server.key can be read by everybody"));
}

BOOST_AUTO_TEST_CASE(ciphers) {
    auto l = listener();
    l.tls.ciphers = "NONSENSE";
    BOOST_TEST(has(fault(l), "cannot use ciphers NONSENSE: "));
    l.tls.ciphers = "ECDHE-ECDSA-AES128-GCM-SHA256";
    l.tls.ciphers_tls13 = "TLS_NONSENSE";
    BOOST_TEST(has(fault(l), "cannot use ciphers_tls1.3 TLS_NONSENSE: "));
    l.tls.ciphers_tls13 = "TLS_CHACHA20_POLY1305_SHA256";
    BOOST_TEST(fault(l) == "");
}

BOOST_AUTO_TEST_SUITE_END()
