// Hashes that we make: their form, their salts, and the decoy for names that nobody has.
#include "broker/plugins/password_file/password_hash.hpp"

#include <regex>
#include <set>

#include <boost/test/unit_test.hpp>

using namespace nightjar::plugins::password_file;

namespace {

bool has_form(const password_hash& hash, const char* form) {
    return std::regex_match(format_hash(hash), std::regex(form));
}

} // namespace

BOOST_AUTO_TEST_SUITE(made_hashes)

BOOST_AUTO_TEST_CASE(come_back_as_they_were) {
    for (const auto kind : {hash_kind::sha512, hash_kind::sha512_pbkdf2, hash_kind::argon2id}) {
        const auto hash = make_hash(kind, "secret", 7);
        const auto read = parse_hash(format_hash(hash));
        BOOST_REQUIRE(read.has_value());
        BOOST_TEST((*read == hash));
        BOOST_TEST(verify(*read, "secret"));
        BOOST_TEST(!verify(*read, "Secret"));
    }
}

// 12 bytes of salt: mosquitto 2.0 takes no others.
BOOST_AUTO_TEST_CASE(have_the_form_that_mosquitto_reads) {
    BOOST_TEST(has_form(make_hash(hash_kind::sha512, "x"), R"(\$6\$[\w+/]{16}\$[\w+/]{86}==)"));
    BOOST_TEST(has_form(make_hash(hash_kind::sha512_pbkdf2, "x"), R"(\$7\$10000\$[\w+/]{16}\$[\w+/]{86}==)"));
    BOOST_TEST(has_form(make_hash(hash_kind::sha512_pbkdf2, "x", 3), R"(\$7\$3\$[\w+/]{16}\$[\w+/]{86}==)"));
    BOOST_TEST(
        has_form(make_hash(hash_kind::argon2id, "x"), R"(\$argon2id\$v=19\$m=47104,t=1,p=1\$[\w+/]{86}\$[\w+/]{86})"));
}

BOOST_AUTO_TEST_CASE(have_a_salt_of_their_own) {
    std::set<std::string> made;
    for (int i = 0; i < 100; ++i) made.insert(format_hash(make_hash(hash_kind::sha512, "x")));
    BOOST_TEST(made.size() == 100U);
}

BOOST_AUTO_TEST_CASE(a_decoy_costs_the_same_and_fits_nothing) {
    for (const auto kind : {hash_kind::sha512, hash_kind::sha512_pbkdf2, hash_kind::argon2id}) {
        const auto hash = make_hash(kind, "secret", 7);
        const auto decoy = make_decoy(hash);
        BOOST_TEST((decoy.kind == hash.kind));
        BOOST_TEST(decoy.iterations == hash.iterations);
        BOOST_TEST(decoy.memory_kib == hash.memory_kib);
        BOOST_TEST(decoy.lanes == hash.lanes);
        BOOST_TEST(decoy.salt.size() == hash.salt.size());
        BOOST_TEST(decoy.digest.size() == hash.digest.size());
        BOOST_TEST(!verify(decoy, "secret"));
        BOOST_TEST(!verify(decoy, ""));
    }
}

BOOST_AUTO_TEST_SUITE_END()
