// What is no hash, with its reason; a reason never shows what it is about.
#include "broker/plugins/password_file/password_hash.hpp"
#include "tests/unit/plugins/password_file/hashes.hpp"

#include <boost/test/unit_test.hpp>

using namespace nightjar::plugins::password_file;
using namespace nightjar::plugins::password_file::test;

namespace {

void refuses(const std::string& text, std::string_view reason) {
    BOOST_TEST_CONTEXT(text) {
        const auto parsed = parse_hash(text);
        BOOST_REQUIRE(!parsed.has_value());
        BOOST_TEST(parsed.error().find(reason) != std::string_view::npos, parsed.error());
    }
}

} // namespace

BOOST_AUTO_TEST_SUITE(bad_hashes)

BOOST_AUTO_TEST_CASE(kinds) {
    for (const char* text : {"", "secret", "$", "$$", "$1$abc$def", "$5$abc$def", "$6", "$7", "$8$", "$2b$12$abc", "6$",
                             "$argon2i$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$UbxaRDeXG2aTHZB260QyY7rGt9VgrjNwhuugYXseRr4",
                             "$argon2d$v=19$", "$ARGON2ID$", "$argon2id"})
        refuses(text, "not hashed");
}

BOOST_AUTO_TEST_CASE(iterations) {
    for (const char* number :
         {"", "0", "00", "-1", "+101", "101x", " 101", "1e3", "0x65", "10000001", "4294967297", "99999999999999999999"})
        refuses(replaced(pbkdf2_salt_12, "$1000$", "$" + std::string(number) + "$"), "iterations");
    BOOST_TEST(parse_hash(replaced(pbkdf2_salt_12, "$1000$", "$10000000$")).has_value());
    refuses("$7$101", "ends");
}

BOOST_AUTO_TEST_CASE(salts) {
    refuses("$7$101$AAECAwQFBgcICQoL", "ends");
    refuses("$6$AAECAwQFBgcICQoL", "ends");
    refuses("$6$", "ends");
    refuses(replaced(sha512_salt_12, "AAECAwQFBgcICQoL", ""), "12 nor 64");
    refuses(replaced(sha512_salt_12, "AAECAwQFBgcICQoL", "AAECAwQFBgcICQo="), "12 nor 64");
    refuses(replaced(pbkdf2_salt_12, "AAECAwQFBgcICQoL", "AAECAwQFBgcICQoLDA=="), "12 nor 64");
    refuses(replaced(pbkdf2_salt_12, "AAECAwQFBgcICQoL", "AAECAwQFBgcICQo"), "not Base64");
    refuses(replaced(pbkdf2_salt_12, "AAECAwQFBgcICQoL", std::string(88, 'A')), "not Base64"); // 66 bytes
    refuses(replaced(argon2_four_lanes, "c2FsdHNhbHQ", "c2FsdHNhbA"), "8 to 64");
    refuses(replaced(argon2_four_lanes, "c2FsdHNhbHQ", std::string(88, 'A')), "8 to 64");
}

BOOST_AUTO_TEST_CASE(digests) {
    const std::string pbkdf2(pbkdf2_salt_12), argon2(argon2_four_lanes);
    refuses(pbkdf2.substr(0, pbkdf2.size() - 1), "not Base64");
    refuses(pbkdf2.substr(0, pbkdf2.size() - 4), "not 64 bytes");
    refuses(pbkdf2.substr(0, pbkdf2.rfind('$') + 1), "not 64 bytes");
    refuses(pbkdf2 + "$more", "not Base64");
    refuses(pbkdf2 + " ", "not Base64");
    refuses(pbkdf2 + pbkdf2, "not Base64");
    refuses(argon2 + "=", "16 to 64");
    refuses("$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$5rwai0uNjok", "16 to 64"); // 8 bytes: one in 2^64
    refuses(argon2.substr(0, argon2.rfind('$')), "ends");
}

BOOST_AUTO_TEST_CASE(argon2_parameters) {
    for (const char* wrong :
         {"m=4294967295,t=1,p=1", "m=262145,t=1,p=1", "m=256,t=17,p=1", "m=256,t=1,p=17", "m=256,t=0,p=1",
          "m=7,t=1,p=1", "m=31,t=1,p=4", "m=0,t=1,p=0", "t=1,m=256,p=1", "m=256,t=1", "m=256", "", "m=256,t=1,p=1,",
          "m=256,t=1,p=1,x=1", "m=-1,t=1,p=1", "m=256,t=1,p=1 ", "m=256,,t=1,p=1", "m=99999999999999999999,t=1,p=1"})
        refuses(replaced(argon2_four_lanes, "m=256,t=3,p=4", wrong), "parameters");
    BOOST_TEST(parse_hash(replaced(argon2_four_lanes, "m=256,t=3,p=4", "m=262144,t=16,p=16")).has_value());
    refuses(replaced(argon2_four_lanes, "v=19", "v=16"), "version 19");
    refuses(replaced(argon2_four_lanes, "v=19$", ""), "version 19");
}

BOOST_AUTO_TEST_SUITE_END()
