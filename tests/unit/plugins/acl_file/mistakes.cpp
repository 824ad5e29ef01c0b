// Reading: what makes a file unusable, and what is only warned of.
#include "tests/unit/plugins/acl_file/fixture.hpp"

#include <filesystem>
#include <fstream>

#include <stdlib.h>
#include <sys/stat.h>

#include <boost/test/unit_test.hpp>

using namespace nightjar::plugins::acl_file;
using namespace nightjar::plugins::acl_file::test;
using namespace std::string_view_literals;

namespace {

// One error, in line `line`, and no rules; its text has to contain `part`.
void refuses(std::string_view text, int line, std::string_view part) {
    const auto result = read_acl_text(text, "acl");
    BOOST_TEST_CONTEXT(text) {
        BOOST_TEST(!result.rules);
        BOOST_REQUIRE(result.findings.size() == 1U);
        BOOST_TEST((result.findings[0].level == nightjar::config::severity::error));
        BOOST_TEST(result.findings[0].where.file == "acl");
        BOOST_TEST(result.findings[0].where.line == line);
        BOOST_TEST(result.findings[0].text.find(part) != std::string::npos, result.findings[0].text);
    }
}

void warns(std::string_view text, std::string_view part) {
    const auto result = read_acl_text(text, "acl");
    BOOST_TEST_CONTEXT(text) {
        BOOST_TEST(!!result.rules);
        BOOST_REQUIRE(result.findings.size() == 1U);
        BOOST_TEST((result.findings[0].level == nightjar::config::severity::warning));
        BOOST_TEST(result.findings[0].text.find(part) != std::string::npos, result.findings[0].text);
    }
}

struct directory {
    directory() {
        char name[] = "/tmp/nightjar-acl-XXXXXX";
        path = ::mkdtemp(name);
    }
    ~directory() {
        std::error_code ignored;
        std::filesystem::remove_all(path, ignored);
    }
    directory(const directory&) = delete;
    directory& operator=(const directory&) = delete;
    std::string path;
};

} // namespace

BOOST_AUTO_TEST_SUITE(acl_mistakes)

BOOST_AUTO_TEST_CASE(keywords) {
    refuses("topics read a\n", 1, "Unknown keyword \"topics\"");
    refuses("\n#\nTOPIC read a\n", 3, "Unknown keyword \"TOPIC\"");
    refuses("read a\n", 1, "\"read\"");
    refuses(" # text\n", 1, "A comment begins in column 1.");
    refuses("topic\tread a\n", 1,
            "\"topic\\x09read\". A line begins with user, topic, pattern or #. A tab is no blank");
    refuses("\ttopic read a\n", 1, "A tab is no blank");
    refuses("\xEF\xBB\xBFtopic read a\n", 1, "Unknown keyword"); // a byte order mark
    refuses("topic read a\rtopic read b\n", 1, "Wrong topic filter");
}

BOOST_AUTO_TEST_CASE(words_that_are_missing) {
    refuses("topic\n", 1, "without a topic filter");
    refuses("pattern  \r\n", 1, "without a topic filter");
    refuses("user\n", 1, "without a name");
    refuses("user  \t \n", 1, "without a name");
}

BOOST_AUTO_TEST_CASE(access_words) {
    for (const char* word : {"reads", "Read", "rw", "r", "allow", "readdeny", "writeread", "read,write", "read\t"})
        refuses("topic " + std::string(word) + " a\n", 1, "Unknown access");
    refuses("topic two words\n", 1, "Unknown access \"two\". It is read, write, readwrite or deny.");
}

BOOST_AUTO_TEST_CASE(filters) {
    for (const char* filter :
         {"a+", "+a", "a/b+/c", "a#", "#a", "#/a", "a/#/b", "##", "++", "a/#+", "a\tb", "a\x01", "\x7F"})
        for (const char* begin : {"topic read ", "pattern deny ", "topic "})
            refuses(begin + std::string(filter) + "\n", 1, "Wrong topic filter");
    refuses("topic read caf\xE9\n", 1, "Wrong topic filter \"caf\\xE9\": malformed UTF-8.");
    refuses("topic read a\0b\n"sv, 1, "\"a\\x00b\"");
    refuses("topic read " + std::string(200, '/') + "\n", 1, "too many levels");
    refuses("topic read\ta/b\n", 1, "Wrong topic filter \"read\\x09a/b\"");
}

BOOST_AUTO_TEST_CASE(names_that_no_client_can_have) {
    refuses("user caf\xE9\n", 1, "No client can have the user name \"caf\\xE9\"");
    refuses("user a\tb\n", 1, "\"a\\x09b\"");
    refuses("user a\0b\n"sv, 1, "\"a\\x00b\"");
    refuses("user \x1B[2J\n", 1, "\"\\x1B[2J\"");
}

BOOST_AUTO_TEST_CASE(long_texts_are_told_short) {
    const auto text = findings(std::string(100'000, 'x') + "\n");
    BOOST_TEST(text.size() < 200U);
    BOOST_TEST(text.find("xxx...\"") != std::string::npos);
    std::string wide;
    for (int i = 0; i < 100; ++i) wide += "\xC3\xA9";
    BOOST_TEST(findings("a" + wide + "\n").find("\xC3\xA9...\"") != std::string::npos); // not cut within a character
}

BOOST_AUTO_TEST_CASE(every_mistake_of_a_file_is_told) {
    const auto result = read_acl_text("topic read a\nfoo\nuser\ntopic x y\ntopic read #/a\ntopic deny\npattern a\n"
                                      "user bob\ntopic read b\n",
                                      "dir/acl.txt");
    BOOST_TEST(!result.rules);
    BOOST_TEST(findings(result) ==
               "error dir/acl.txt:2 Unknown keyword \"foo\". A line begins with user, topic, pattern or #.\n"
               "error dir/acl.txt:3 A user without a name.\n"
               "error dir/acl.txt:4 Unknown access \"x\". It is read, write, readwrite or deny.\n"
               "error dir/acl.txt:5 Wrong topic filter \"#/a\": invalid topic filter.\n"
               "warning dir/acl.txt:6 A line without a topic filter? It allows reading and writing the topic "
               "\"deny\".\n"
               "warning dir/acl.txt:7 The pattern \"a\" has no %c or %u: it is for every client.\n");
}

BOOST_AUTO_TEST_CASE(lines_that_do_not_do_what_they_look_like) {
    for (const char* word : {"read", "write", "readwrite", "deny"})
        warns("topic " + std::string(word) + "\n", "It allows reading and writing the topic \"" + std::string(word));
    warns("pattern read a/#\n", "has no %c or %u");
    warns("pattern read dev-%c/x\n", "they are just letters");
    warns("pattern read %c/x%u\n", "they are just letters");
    warns("topic read a/%c\n", "in patterns only");
    warns("topic deny %u\n", "in patterns only");
    BOOST_TEST(findings("topic read a%c\ntopic read %\npattern read %c/%u\npattern deny a/%u/#\n") == "");
}

BOOST_AUTO_TEST_CASE(files) {
    const directory at;
    const auto file = at.path + "/acl";
    const auto refused = [](const std::string& path, std::string_view part) {
        const auto result = read_acl_file(path);
        BOOST_TEST(!result.rules);
        BOOST_REQUIRE(result.findings.size() == 1U);
        BOOST_TEST(result.findings[0].text.find(part) != std::string::npos, result.findings[0].text);
        BOOST_TEST(result.findings[0].where.file == path);
        BOOST_TEST((result.findings[0].level == nightjar::config::severity::error));
    };
    refused(file, "No such file");
    refused("", "Unable to read");
    refused(at.path, "not a file");
    BOOST_REQUIRE(::mkfifo((at.path + "/fifo").c_str(), 0600) == 0);
    refused(at.path + "/fifo", "not a file");
    refused("/dev/null", "not a file");

    std::ofstream(file) << "";
    BOOST_REQUIRE(!!read_acl_file(file).rules);
    BOOST_TEST(read(*read_acl_file(file).rules, "", "c", "a") == "denied 0");
    std::ofstream(file) << std::string(100'000, '#') << "\ntopic read a\n";
    BOOST_TEST(read(*read_acl_file(file).rules, "", "c", "a") == "allowed 2");
    std::filesystem::create_symlink(file, at.path + "/link");
    BOOST_TEST(read(*read_acl_file(at.path + "/link").rules, "", "c", "a") == "allowed 2");
    std::ofstream(file) << "nonsense\n";
    refused(file, "Unknown keyword");
}

BOOST_AUTO_TEST_SUITE_END()
