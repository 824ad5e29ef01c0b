// Where a copy of a store may go, and what stays behind of one that came to nothing.
#include "storage/recovery.hpp"
#include "tests/unit/storage/fixture.hpp"

#include <fstream>
#include <optional>

#include <boost/test/unit_test.hpp>

namespace fs = std::filesystem;
using namespace nightjar::storage;
using namespace nightjar::storage::test;

namespace {

void fill(const directory& where) {
    const auto s = open(where);
    writer w;
    auto batch = values(1, 1'700'000'000'000'000, 100);
    batch.sensors.push_back({1, "light 1", "light", "V", "", "measurement", "iot/measurements", 1});
    BOOST_REQUIRE(!w.commit(*s, std::move(batch)));
}

std::string refusal(const fs::path& store, const fs::path& to) {
    try {
        back_up(store, to);
    } catch (const store_error& e) {
        return e.what();
    }
    return {};
}

bool anything_new_in(const fs::path& directory) {
    for (const auto& entry : fs::directory_iterator(directory))
        if (entry.path().extension() == ".new") return true;
    return false;
}

} // namespace

BOOST_AUTO_TEST_SUITE(backup)

BOOST_AUTO_TEST_CASE(never_onto_a_file_of_the_store) {
    const directory where, elsewhere;
    fill(where);
    const auto own = where.path / "nightjar.mdb";
    fs::create_symlink(own, elsewhere.path / "link");
    fs::create_directory_symlink(where.path, elsewhere.path / "directory");
    fs::create_hard_link(own, elsewhere.path / "hard");
    fs::create_directory(where.path / "below");
    const auto links = fs::hard_link_count(own);
    for (const fs::path& to : {own, where.path / "nightjar.lock", where.path / "nightjar.mdb-lock",
                               where.path / "nightjar.crashed", where.path / "below/../nightjar.mdb", fs::relative(own),
                               elsewhere.path / "link", elsewhere.path / "directory/nightjar.mdb",
                               elsewhere.path / "directory/nightjar.crashed", elsewhere.path / "hard"}) {
        BOOST_TEST(refusal(where.path, to).find("a file of the store itself") != std::string::npos, to);
        BOOST_TEST(refusal(fs::relative(where.path), to).find("a file of the store itself") != std::string::npos, to);
    }
    BOOST_TEST(fs::hard_link_count(own) == links); // nothing took its place
    BOOST_TEST(!fs::exists(where.path / "nightjar.crashed"));
    BOOST_TEST(refusal(where.path, where.path / "copy.mdb") == "");
}

BOOST_AUTO_TEST_CASE(onto_another_store_only_while_nobody_uses_it) {
    const directory where, another;
    fill(where);
    std::optional in_use = open(another);
    for (const char* name : {"nightjar.mdb", "nightjar.lock"})
        BOOST_TEST(refusal(where.path, another.path / name).find("is in use") != std::string::npos, name);
    in_use.reset();
    BOOST_TEST(refusal(where.path, another.path / "nightjar.mdb") == "");
    BOOST_TEST(open(another)->measurements().count() == 100U);
}

BOOST_AUTO_TEST_CASE(a_copy_that_came_to_nothing_does_not_stay) {
    const directory where, elsewhere;
    fill(where);
    fs::create_directories(elsewhere.path / "taken/full");
    BOOST_TEST(refusal(where.path, elsewhere.path / "taken").find("cannot rename") != std::string::npos);
    BOOST_TEST(!anything_new_in(elsewhere.path));

    const auto copy = elsewhere.path / "copy";
    BOOST_TEST(refusal(where.path, copy) == "");
    const auto data = where.path / "nightjar.mdb";
    fs::remove(data);
    fs::create_directories(data / "full");
    BOOST_CHECK_THROW(restore_backup(copy, where.path), store_error);
    BOOST_TEST(!anything_new_in(where.path));
}

BOOST_AUTO_TEST_CASE(what_does_not_verify_replaces_nothing) {
    const directory where, elsewhere;
    {
        const auto s = open(where);
        writer w;
        BOOST_REQUIRE(!w.commit(*s, values(1, 1'700'000'000'000'000, 100))); // of no sensor
    }
    const auto copy = elsewhere.path / "copy";
    std::ofstream(copy) << "the last good one";
    BOOST_TEST(refusal(where.path, copy).find("no such sensor") != std::string::npos);
    BOOST_TEST(fs::file_size(copy) == 17U);
    BOOST_TEST(!anything_new_in(elsewhere.path));
}

BOOST_AUTO_TEST_SUITE_END()
