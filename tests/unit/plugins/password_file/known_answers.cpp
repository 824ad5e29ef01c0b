// Hashes that other programs made: the right password and no other.
#include "broker/plugins/password_file/password_hash.hpp"
#include "tests/unit/plugins/password_file/hashes.hpp"

#include <boost/test/unit_test.hpp>

using namespace nightjar::plugins::password_file;
using namespace nightjar::plugins::password_file::test;

namespace {

struct known_answer {
    std::string_view hash;
    std::string password;
    hash_kind kind;
};

constexpr std::size_t sha512_block = 128;

const known_answer answers[] = {
    {correct_horse, "correct horse", hash_kind::sha512_pbkdf2},
    {paess_woerd, "p\xC3\xA4ss w\xC3\xB6rd:$1", hash_kind::sha512},
    {empty_password, "", hash_kind::sha512_pbkdf2},
    {two_hundred_x, std::string(200, 'x'), hash_kind::sha512_pbkdf2},
    {iter_5000, "iter", hash_kind::sha512_pbkdf2},
    {pbkdf2_salt_12, "secret", hash_kind::sha512_pbkdf2},
    {pbkdf2_salt_64, "secret", hash_kind::sha512_pbkdf2},
    {pbkdf2_once_empty, "", hash_kind::sha512_pbkdf2},
    {sha512_salt_12, "secret", hash_kind::sha512},
    {sha512_salt_64, "secret", hash_kind::sha512},
    {sha512_a_nul_b, std::string("a\0b", 3), hash_kind::sha512},
    {sha512_300_p, std::string(300, 'p'), hash_kind::sha512},
    {argon2_as_mosquitto, "secret", hash_kind::argon2id},
    {argon2_four_lanes, "secret", hash_kind::argon2id},
    {argon2_salt_64, "secret", hash_kind::argon2id},
};

} // namespace

BOOST_AUTO_TEST_SUITE(known_answers)

BOOST_AUTO_TEST_CASE(the_right_password_alone) {
    for (const auto& a : answers) BOOST_TEST_CONTEXT(a.hash) {
            const auto hash = parse_hash(a.hash);
            BOOST_REQUIRE(hash.has_value());
            BOOST_TEST((hash->kind == a.kind));
            BOOST_TEST(verify(*hash, a.password));
            BOOST_TEST(!verify(*hash, a.password + "x"));
            // HMAC fills a key up with zeros, so PBKDF2 cannot tell these two apart.
            BOOST_TEST(verify(*hash, a.password + '\0') ==
                       (a.kind == hash_kind::sha512_pbkdf2 && a.password.size() < sha512_block));
            BOOST_TEST(!verify(*hash, a.password.empty() ? "x" : ""));
            if (!a.password.empty()) BOOST_TEST(!verify(*hash, std::string_view(a.password).substr(1)));
        }
}

BOOST_AUTO_TEST_CASE(are_written_as_they_were_read) {
    for (const auto& a : answers) BOOST_TEST(format_hash(*parse_hash(a.hash)) == a.hash);
}

BOOST_AUTO_TEST_CASE(a_view_of_nothing_is_an_empty_password) {
    BOOST_TEST(verify(*parse_hash(empty_password), std::string_view()));
    BOOST_TEST(!verify(*parse_hash(sha512_salt_12), std::string_view()));
    BOOST_TEST(!verify(*parse_hash(argon2_salt_64), std::string_view()));
}

BOOST_AUTO_TEST_CASE(a_hash_of_nothing_fits_nothing) {
    BOOST_TEST(!verify(password_hash{}, ""));
    BOOST_TEST(!verify(password_hash{}, "secret"));
}

BOOST_AUTO_TEST_SUITE_END()
