// Opening what cannot be opened: a clear sentence, never a crash, never a wrong value.
#include "storage/crash_mark.hpp"
#include "storage/lmdb.hpp"
#include "storage/record_bytes.hpp"
#include "storage/recovery.hpp"
#include "tests/unit/storage/fixture.hpp"

#include <fstream>

#include <boost/test/unit_test.hpp>
#include <fmt/format.h>
#include <sys/stat.h>

using namespace nightjar::storage;
using namespace nightjar::storage::test;

namespace {

std::string refusal(const directory& where) {
    try {
        open(where);
    } catch (const store_error& e) {
        return e.what();
    }
    return {};
}

void fill(const directory& where) {
    const auto s = open(where);
    writer w;
    BOOST_REQUIRE(!w.commit(*s, values(1, 1'700'000'000'000'000, 3000)));
}

std::string read(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

void write(const std::filesystem::path& file, const std::string& bytes) {
    std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
}

} // namespace

BOOST_AUTO_TEST_SUITE(opening)

BOOST_AUTO_TEST_CASE(files_are_for_the_owner_alone) {
    const directory where;
    const auto below = where.path / "made";
    { const auto s = store::open({below, std::size_t{1} << 30}); }
    struct stat info {};
    BOOST_REQUIRE(::stat(below.c_str(), &info) == 0);
    BOOST_TEST((info.st_mode & 0777U) == 0700U);
    for (const auto& file : std::filesystem::directory_iterator(below)) {
        BOOST_REQUIRE(::stat(file.path().c_str(), &info) == 0);
        BOOST_TEST((info.st_mode & 0777U) == 0600U, file.path());
    }
}

BOOST_AUTO_TEST_CASE(a_second_opener_is_refused) {
    const directory where;
    const auto s = open(where);
    BOOST_TEST(refusal(where).find("in use by another process") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_file_in_the_way) {
    const directory where;
    write(where.path / "file", "x");
    BOOST_CHECK_THROW(store::open({where.path / "file", std::size_t{1} << 30}), store_error);
    BOOST_CHECK_THROW(store::open({where.path / "file" / "below", std::size_t{1} << 30}), store_error);
}

BOOST_AUTO_TEST_CASE(a_newer_schema_is_refused) {
    const directory where;
    { const auto s = open(where); }
    {
        const lmdb::environment env(where.path / "nightjar.mdb", std::size_t{1} << 30);
        lmdb::transaction txn(env, lmdb::transaction::kind::write);
        const auto meta = txn.open("meta");
        const auto newer = big_endian(std::uint32_t{99});
        txn.put(meta, "schema", view<std::uint32_t>(newer));
        txn.commit();
    }
    BOOST_TEST(refusal(where).find("schema 99") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(noise_and_cut_files_are_refused) {
    const directory where;
    fill(where);
    const auto file = where.path / "nightjar.mdb";
    const auto good = read(file);
    for (const auto& bad : {std::string(good.size(), '\0'), good.substr(0, good.size() / 2), std::string("x"),
                            good.substr(0, 8192), std::string(good.size(), 'n')}) {
        write(file, bad);
        BOOST_TEST(refusal(where).find(where.path.string()) != std::string::npos);
    }
    write(file, good);
    BOOST_TEST(open(where)->measurements().count() == 3000U);
}

BOOST_AUTO_TEST_CASE(a_damaged_value_is_never_given_out) {
    const directory where;
    fill(where);
    const auto file = where.path / "nightjar.mdb";
    const auto good = read(file);
    // Rows lie in the leaf pages as key, format 2, sensor 1, offset 0, value: change a value of each.
    const std::string row("\x02\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00", 13);
    int changed = 0;
    auto bad = good;
    for (auto at = bad.find(row); at != std::string::npos; at = bad.find(row, at + row.size())) {
        bad[at + row.size() + 3] = static_cast<char>(bad[at + row.size() + 3] ^ 0x10);
        ++changed;
    }
    BOOST_REQUIRE(changed > 1000);
    write(file, bad);
    try {
        const auto s = open(where);
        BOOST_CHECK_THROW(s->measurements().query({}, std::chrono::milliseconds(1000)), damaged_record);
    } catch (const store_error& e) {
        BOOST_TEST(std::string(e.what()).find("damaged") != std::string::npos);
    }
}

// The bytes of a block that is neither its sensor's first nor its last, which a start reads.
std::string block_of(const std::filesystem::path& file) {
    const lmdb::environment env(file, lmdb::environment::read_alone);
    lmdb::transaction txn(env, lmdb::transaction::kind::read);
    lmdb::cursor at(txn, *txn.find("blocks"));
    BOOST_REQUIRE((at.first() && at.next() && at.next()));
    return std::string(at.value());
}

BOOST_AUTO_TEST_CASE(a_start_reads_every_record_of_a_small_store_and_after_a_crash) {
    const directory where;
    fill(where);
    fill(where);
    const auto file = where.path / "nightjar.mdb";
    auto bytes = read(file);
    const auto block = block_of(file);
    for (auto at = bytes.find(block); at != std::string::npos; at = bytes.find(block, at + 1)) // old copies too
        bytes[at + block.size() / 2] = static_cast<char>(bytes[at + block.size() / 2] ^ 0x10);
    write(file, bytes);
    BOOST_TEST((look_at(where.path).state == verdict::condition::damaged)); // small
    const std::uintmax_t small = 4096;
    BOOST_TEST((look_at(where.path, small).state == verdict::condition::good)); // not every row is read
    write(crash_mark::path_in(where.path), "");
    BOOST_TEST(crashed(where.path));
    const auto found = look_at(where.path, small);
    BOOST_TEST((found.state == verdict::condition::damaged));
    BOOST_TEST(found.what.find("blocks: record") != std::string::npos, found.what);
    BOOST_TEST(!crashed(where.path));
}

// The bytes of one of LMDB's records of free pages: count, then page numbers, the largest first.
std::string free_pages_of(const std::filesystem::path& file) {
    const lmdb::environment env(file, lmdb::environment::read_alone);
    const lmdb::transaction txn(env, lmdb::transaction::kind::read);
    lmdb::cursor at(txn, 0);
    for (bool more = at.first(); more; more = at.next())
        if (at.value().size() > 3 * sizeof(std::size_t)) return std::string(at.value());
    return {};
}

// What LMDB writes next goes to these pages: one wrong number and it would overwrite what is in use.
BOOST_AUTO_TEST_CASE(a_damaged_list_of_free_pages_is_seen_before_anything_is_written) {
    const directory where;
    for (int n = 0; n < 5; ++n) fill(where);
    const auto file = where.path / "nightjar.mdb";
    const auto good = read(file);
    const auto list = free_pages_of(file);
    BOOST_REQUIRE(!list.empty());
    constexpr std::size_t number = sizeof(std::size_t);
    for (const auto& [byte, bit] :
         {std::pair{std::size_t{1}, 0x01}, std::pair{number, 0x80}, std::pair{number + 5, 0x02},
          std::pair{2 * number + 2, 0x01}, std::pair{2 * number, 0x08}}) {
        auto bad = good;
        for (auto at = bad.find(list); at != std::string::npos; at = bad.find(list, at + 1)) // old copies too
            bad[at + byte] = static_cast<char>(bad[at + byte] ^ bit);
        write(file, bad);
        BOOST_TEST(refusal(where).find("free") != std::string::npos, byte);
        BOOST_TEST((read(file) == bad), "written to all the same");
        BOOST_TEST(check(where.path).front().find("free") != std::string::npos);
    }
    write(file, good);
    BOOST_TEST(check_pages(file, page_depth::leaves) == "");
    BOOST_TEST(open(where)->measurements().count() == 15000U);
}

// LMDB does not write what a transaction took and gave back: its file may end before its last page, and is whole.
BOOST_AUTO_TEST_CASE(a_file_that_ends_before_its_last_free_page_is_whole) {
    const directory where;
    { const auto s = open(where); }
    const auto file = where.path / "nightjar.mdb";
    {
        const lmdb::environment env(file, std::size_t{1} << 30);
        const auto key = [](int n) { return fmt::format("{:08}", n); };
        for (const int keys : {1, 2, 3, 4, 1000}) { // free pages of old transactions are what makes LMDB do so
            lmdb::transaction txn(env, lmdb::transaction::kind::write);
            const auto table = txn.open("scratch");
            for (int n = 0; n < keys; ++n) txn.put(table, key(n), std::string(1000, 'x'));
            for (int n = keys; --n > keys / 2;) txn.remove(table, key(n));
            txn.commit();
        }
        BOOST_REQUIRE(std::filesystem::file_size(file) < env.used_bytes());
    }
    BOOST_TEST(check_pages(file, page_depth::leaves) == "");
    BOOST_TEST(refusal(where) == "");
    BOOST_TEST((look_at(where.path).state == verdict::condition::good));

    std::filesystem::resize_file(file, std::filesystem::file_size(file) / 2);
    BOOST_TEST(check_pages(file, page_depth::branches).find("cut short") != std::string::npos);
}

// Of each page that is in use, what LMDB goes by: number, kind, bounds, the place of the first node.
BOOST_AUTO_TEST_CASE(a_damaged_page_is_seen_before_lmdb_reads_it) {
    const directory where;
    for (int n = 0; n < 5; ++n) fill(where);
    const auto file = where.path / "nightjar.mdb";
    const auto good = read(file);
    constexpr std::size_t page_size = 4096;
    std::size_t seen = 0, unused = 0;
    for (std::size_t page = 2 * page_size; page < good.size(); page += page_size)
        for (const std::size_t byte : {0U, 5U, 10U, 11U, 13U, 17U}) {
            auto bad = good;
            bad[page + byte] = static_cast<char>(bad[page + byte] ^ 0x10);
            write(file, bad);
            (check_pages(file, page_depth::leaves).empty() ? unused : seen) += 1;
        }
    BOOST_TEST(seen > 300U);      // free pages may hold anything
    BOOST_TEST(unused % 6 == 0U); // a page is seen through, or it is free
}

BOOST_AUTO_TEST_SUITE_END()
