// The lines of a password file: good ones, each kind of bad one with its line, and no secrets in messages.
#include "broker/plugins/password_file/password_file.hpp"
#include "tests/unit/plugins/password_file/hashes.hpp"

#include <algorithm>
#include <ctime>
#include <limits>

#include <boost/test/unit_test.hpp>

using namespace nightjar;
using namespace nightjar::plugins::password_file;
using namespace nightjar::plugins::password_file::test;

namespace {

const std::string good(sha512_salt_12), other(sha512_salt_64); // both of "secret"

loaded_passwords parse(const std::string& text) { return parse_passwords("pw", text); }

// The second of three lines is wrong.
void refuses(const std::string& line, std::string_view reason) {
    BOOST_TEST_CONTEXT(line.substr(0, 200)) {
        const auto loaded = parse("a:" + good + "\n" + line + "\nz:" + good + "\n");
        BOOST_TEST(!loaded.ok());
        BOOST_TEST(loaded.table.users.empty());
        BOOST_REQUIRE(loaded.findings.size() == 1U);
        const auto& finding = loaded.findings[0];
        BOOST_TEST((finding.level == config::severity::error));
        BOOST_TEST(finding.where.file == "pw");
        BOOST_TEST(finding.where.line == 2);
        BOOST_TEST(finding.text.find(reason) != std::string::npos, finding.text);
    }
}

void has_users(const std::string& text, std::initializer_list<std::string> names) {
    BOOST_TEST_CONTEXT(text) {
        const auto loaded = parse(text);
        BOOST_TEST(loaded.findings.empty());
        BOOST_TEST(loaded.table.users.size() == names.size());
        for (const auto& name : names) BOOST_TEST(verify(loaded.table, name, "secret"), name);
    }
}

} // namespace

BOOST_AUTO_TEST_SUITE(lines)

BOOST_AUTO_TEST_CASE(users) {
    has_users("", {});
    has_users("a:" + good, {"a"});
    has_users("a:" + good + "\nb:" + other + "\n", {"a", "b"});
    has_users("a:" + good + "\r\nb:" + other + "\r\n", {"a", "b"});
    has_users("  a b\t:\t" + good + "  \n", {"a b"});
    has_users("a:" + good + ":and more:\n", {"a"});
    has_users("J\xC3\xBCrgen:" + good, {"J\xC3\xBCrgen"});
    has_users("A:" + good + "\na:" + good, {"A", "a"});
    has_users(std::string(65'535, 'n') + ":" + good, {std::string(65'535, 'n')});
}

BOOST_AUTO_TEST_CASE(comments_and_empty_lines) {
    has_users("# a comment\n#b:" + good + "\n\n \t \n#\na:" + good + "\n\n", {"a"});
    has_users(" #not in column 1:" + good, {"#not in column 1"});
}

BOOST_AUTO_TEST_CASE(a_line_without_colon_is_skipped_and_told) {
    const auto loaded = parse("a:" + good + "\nhunter2\nb:" + good + "\n");
    BOOST_TEST(loaded.ok());
    BOOST_TEST(loaded.table.users.size() == 2U);
    BOOST_REQUIRE(loaded.findings.size() == 1U);
    BOOST_TEST((loaded.findings[0].level == config::severity::warning));
    BOOST_TEST(loaded.findings[0].where.line == 2);
    BOOST_TEST(loaded.findings[0].text.find("hunter2") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(wrong_names) {
    refuses(":" + good, "no user name");
    refuses("  :" + good, "no user name");
    refuses(std::string(65'536, 'n') + ":" + good, "65,535");
    for (const char* name : {"\xFF\xFE", "a\xC3", "\xED\xA0\x80", "a\tb", "a\x7F"})
        refuses(name + (":" + good), "UTF-8");
    refuses(std::string("a\0b:", 4) + good, "UTF-8");
}

BOOST_AUTO_TEST_CASE(the_same_user_twice) {
    refuses("a:" + good, "in line 1 too");
    refuses(" a :" + other, "in line 1 too");
}

BOOST_AUTO_TEST_CASE(wrong_hashes) { // CVE-2018-12551: none of them becomes a user
    refuses("user:", "no hash");
    refuses("user:   ", "no hash");
    refuses("user::" + good, "no hash");
    refuses("user:plain text", "not hashed");
    refuses("user:" + good.substr(0, good.size() - 1), "not Base64");
    refuses("user:$7$0$AAECAwQFBgcICQoL$" + good.substr(good.rfind('$') + 1), "iterations");
}

BOOST_AUTO_TEST_CASE(all_mistakes_of_a_file_are_told) {
    const auto loaded = parse("a:plain\n:x\n\nlonely\nb:" + good + "\nb:" + good + "\nc:\n");
    std::vector<int> where;
    for (const auto& finding : loaded.findings) where.push_back(finding.where.line);
    BOOST_TEST(where == (std::vector<int>{1, 2, 4, 6, 7}));
    BOOST_TEST(!loaded.ok());
    BOOST_TEST(loaded.table.users.empty());
    BOOST_TEST(!verify(loaded.table, "b", "secret"));
}

BOOST_AUTO_TEST_CASE(no_secret_in_a_message) { // reliability row 60
    const auto loaded = parse("a:canary\n:canary\ncanary\nb:$7$canary$AAECAwQFBgcICQoL$x\nc:$6$canary$canary\n"
                              "d:$argon2id$v=19$canary$canary$canary\ne:$7$1$AAECAwQFBgcICQoL$canary\nf:" +
                              good + "\nf:" + good + "\n");
    BOOST_TEST(loaded.findings.size() == 8U);
    for (const auto& finding : loaded.findings) {
        BOOST_TEST(finding.text.find("canary") == std::string::npos, finding.text);
        BOOST_TEST(finding.text.find("AAEC") == std::string::npos, finding.text);
    }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(table)

BOOST_AUTO_TEST_CASE(name_and_password_together) {
    const auto loaded = parse("secret user:" + good + "\nhorse:" + std::string(correct_horse) + "\n");
    const auto& table = loaded.table;
    BOOST_TEST(verify(table, "horse", "correct horse"));
    BOOST_TEST(verify(table, "secret user", "secret"));
    for (const char* name : {"", " ", "Horse", "horse ", "hors", "nobody"})
        for (const char* password : {"", "secret", "correct horse"}) BOOST_TEST(!verify(table, name, password));
    BOOST_TEST(!verify(table, "horse", "secret"));
    BOOST_TEST(!verify(table, "horse", ""));
    BOOST_TEST(!verify(table, std::string_view(), std::string_view()));
}

BOOST_AUTO_TEST_CASE(nobody_is_in_an_empty_table) {
    BOOST_TEST(!verify(password_table{}, "", ""));
    BOOST_TEST(!verify(parse("").table, "a", "b"));
}

BOOST_AUTO_TEST_CASE(the_decoy_is_of_the_usual_kind) { // reliability row 70
    const std::string cheap(correct_horse), dear(iter_5000);
    const auto decoy = parse("a:" + good + "\nb:" + dear + "\nc:" + cheap + "\nd:" + dear + "\n").table.decoy;
    BOOST_TEST((decoy.kind == hash_kind::sha512_pbkdf2));
    BOOST_TEST(decoy.iterations == 5000U);
    BOOST_TEST(decoy.digest.size() == 64U);
    const auto argon = parse("a:" + std::string(argon2_four_lanes)).table.decoy;
    BOOST_TEST((argon.kind == hash_kind::argon2id));
    BOOST_TEST(argon.memory_kib == 256U);
    BOOST_TEST(argon.lanes == 4U);
}

std::clock_t least_time(const password_table& table, std::string_view name) {
    auto least = std::numeric_limits<std::clock_t>::max();
    for (int i = 0; i < 9; ++i) {
        const auto start = std::clock();
        BOOST_REQUIRE(!verify(table, name, "wrong"));
        least = std::min(least, std::clock() - start);
    }
    return least;
}

BOOST_AUTO_TEST_CASE(an_unknown_name_costs_what_a_wrong_password_does) { // reliability row 70
    for (const auto hash : {iter_5000, argon2_as_mosquitto}) {
        const auto table = parse("a:" + std::string(hash)).table;
        const auto known = static_cast<double>(least_time(table, "a"));
        const auto unknown = static_cast<double>(least_time(table, "nobody"));
        BOOST_TEST(unknown > known / 2);
        BOOST_TEST(unknown < known * 2);
    }
}

BOOST_AUTO_TEST_CASE(the_decoy_lets_nobody_in) {
    auto table = parse("a:" + good).table;
    table.decoy = *parse_hash(good);
    BOOST_TEST(verify(table, "a", "secret"));
    BOOST_TEST(!verify(table, "b", "secret"));
}

BOOST_AUTO_TEST_SUITE_END()
