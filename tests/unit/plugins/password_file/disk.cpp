// The file itself: what cannot be read, who may read it, and the command that mends that.
#include "broker/plugins/password_file/password_file.hpp"
#include "tests/unit/plugins/password_file/hashes.hpp"

#include <filesystem>
#include <fstream>

#include <boost/test/unit_test.hpp>
#include <unistd.h>

using namespace nightjar;
using namespace nightjar::plugins::password_file;
using namespace nightjar::plugins::password_file::test;

namespace {

struct directory {
    directory() {
        char name[] = "/tmp/nightjar-passwords-XXXXXX";
        path = ::mkdtemp(name);
    }
    ~directory() { std::filesystem::remove_all(path); }
    directory(const directory&) = delete;
    directory& operator=(const directory&) = delete;

    std::string write(const std::string& name, const std::string& text, mode_t mode = 0600) const {
        const auto file = path + "/" + name;
        std::ofstream(file) << text;
        BOOST_REQUIRE(::chmod(file.c_str(), mode) == 0);
        return file;
    }

    std::string path;
};

const std::string one_user = "a:" + std::string(sha512_salt_12) + "\n";

void cannot_read(const std::string& path, std::string_view reason) {
    const auto loaded = read_password_file(path);
    BOOST_TEST(!loaded.ok());
    BOOST_REQUIRE(loaded.findings.size() == 1U);
    BOOST_TEST(loaded.findings[0].text.find(reason) != std::string::npos, loaded.findings[0].text);
    BOOST_TEST(loaded.findings[0].text.find(path) != std::string::npos);
    BOOST_TEST(loaded.findings[0].where.file == path);
}

// Owner 100, group 200.
struct stat file_of(mode_t mode) {
    struct stat facts {};
    facts.st_mode = S_IFREG | mode;
    facts.st_uid = 100;
    facts.st_gid = 200;
    return facts;
}

std::string warning(mode_t mode, const file_reader& reader, const std::string& path = "/etc/pw") {
    return access_warning(path, file_of(mode), reader).value_or("");
}

const file_reader owner{100, 100, {}}, in_group{101, 200, {}}, in_second_group{101, 101, {7, 200}};
const file_reader stranger{54321, 54321, {7}}, root{0, 0, {}};

} // namespace

BOOST_AUTO_TEST_SUITE(disk)

BOOST_FIXTURE_TEST_CASE(a_good_file, directory) {
    const auto loaded = read_password_file(write("pw", one_user));
    BOOST_TEST(loaded.findings.empty());
    BOOST_TEST(verify(loaded.table, "a", "secret"));
}

BOOST_FIXTURE_TEST_CASE(a_link_is_followed, directory) {
    std::filesystem::create_symlink(write("pw", one_user), path + "/link");
    BOOST_TEST(read_password_file(path + "/link").ok());
}

BOOST_FIXTURE_TEST_CASE(what_cannot_be_read, directory) {
    cannot_read(path + "/missing", "No such file");
    cannot_read(path, "not a file");
    cannot_read("/dev/zero", "not a file");
    BOOST_REQUIRE(::mkfifo((path + "/fifo").c_str(), 0600) == 0);
    cannot_read(path + "/fifo", "not a file");
    std::filesystem::resize_file(write("large", ""), most_file_bytes + 1);
    cannot_read(path + "/large", "256 MiB");
    write("closed", one_user, 0000);
    if (::geteuid() != 0) cannot_read(path + "/closed", "Permission denied");
}

BOOST_FIXTURE_TEST_CASE(open_to_everybody_is_a_warning, directory) {
    for (const mode_t mode : {0644, 0602, 0666}) {
        const auto loaded = read_password_file(write("pw", one_user, mode));
        BOOST_TEST(loaded.ok());
        BOOST_TEST(loaded.table.users.size() == 1U);
        BOOST_REQUIRE(loaded.findings.size() == 1U);
        BOOST_TEST((loaded.findings[0].level == config::severity::warning));
        BOOST_TEST(loaded.findings[0].text.find("chmod o-rwx " + path + "/pw") != std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(closed_to_others_is_well) {
    for (const mode_t mode : {0600, 0400, 0640, 0660}) {
        BOOST_TEST(warning(mode, owner) == "");
        BOOST_TEST(warning(mode, root) == "");
    }
    for (const mode_t mode : {0640, 0440, 0660}) {
        BOOST_TEST(warning(mode, in_group) == "");
        BOOST_TEST(warning(mode, in_second_group) == "");
    }
}

// What the advice leaves is readable for the broker and for nobody else.
BOOST_AUTO_TEST_CASE(the_advice_mends_it) {
    const std::string read = "Every user of this machine may read /etc/pw. Mend it with: ";
    const std::string both = "Every user of this machine may read and write /etc/pw. Mend it with: ";
    const std::string write = "Every user of this machine may write /etc/pw. Mend it with: ";
    for (const auto& reader : {owner, in_group, in_second_group, root}) {
        BOOST_TEST(warning(0644, reader) == read + "chmod o-rwx /etc/pw");
        BOOST_TEST(warning(0666, reader) == both + "chmod o-rwx /etc/pw");
        BOOST_TEST(warning(0662, reader) == write + "chmod o-rwx /etc/pw");
    }
    BOOST_TEST(warning(0644, stranger) == read + "chgrp 54321 /etc/pw && chmod o-rwx /etc/pw");
    BOOST_TEST(warning(0604, stranger) == read + "chgrp 54321 /etc/pw && chmod g+r,o-rwx /etc/pw");
}

BOOST_AUTO_TEST_CASE(a_file_that_the_broker_will_miss) {
    const std::string text = "The broker will not be able to read /etc/pw again as user ";
    BOOST_TEST(warning(0640, stranger) == text + "54321. Mend it with: chgrp 54321 /etc/pw && chmod o-rwx /etc/pw");
    BOOST_TEST(warning(0600, in_second_group).find("chmod g+r,o-rwx /etc/pw") != std::string::npos);
    BOOST_TEST(warning(0044, owner).find("chmod u+r,o-rwx /etc/pw") != std::string::npos); // the owner's bits decide
    BOOST_TEST(warning(0604, in_group).find("chmod g+r,o-rwx /etc/pw") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(paths_are_quoted_for_the_shell) {
    BOOST_TEST(warning(0644, owner, "a b").ends_with("chmod o-rwx -- 'a b'"));
    BOOST_TEST(warning(0644, owner, "it's").ends_with(R"(chmod o-rwx -- 'it'\''s')"));
    BOOST_TEST(warning(0644, owner, "-R").ends_with("chmod o-rwx -- '-R'"));
}

BOOST_AUTO_TEST_CASE(readers) {
    BOOST_TEST(this_process().user == ::geteuid());
    const auto known = user_named("root");
    BOOST_REQUIRE(known.has_value());
    BOOST_TEST(known->user == 0U);
    BOOST_TEST(!user_named("no such user").has_value());
}

BOOST_AUTO_TEST_SUITE_END()
