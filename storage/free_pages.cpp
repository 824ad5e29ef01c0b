#include "storage/free_pages.hpp"

#include <cstring>
#include <vector>

#include <fmt/format.h>

namespace nightjar::storage {

namespace {

constexpr std::size_t meta_pages = 2; // the first of the file, never free

class free_list {
  public:
    explicit free_list(const MDB_envinfo& info) : info_(info), seen_(info.me_last_pgno + 1) {}

    // What is wrong with the record, or nullptr.
    const char* take(std::string_view key, std::string_view value) {
        if (key.size() != sizeof(std::size_t) || number(key, 0) == 0 || number(key, 0) > info_.me_last_txnid)
            return "no such transaction";
        if (value.size() < sizeof(std::size_t)) return "cut short";
        const auto count = number(value, 0);
        if (count > value.size() / sizeof(std::size_t) - 1) return "cut short";
        auto above = info_.me_last_pgno + 1;
        for (std::size_t n = 1; n <= count; ++n) {
            const auto page = number(value, n);
            if (page < meta_pages || page > info_.me_last_pgno) return "no such page";
            if (page >= above) return "out of order";
            if (seen_[page]) return "a page is free twice";
            seen_[page] = true;
            above = page;
        }
        return nullptr;
    }

  private:
    static std::size_t number(std::string_view bytes, std::size_t index) {
        std::size_t value = 0;
        std::memcpy(&value, bytes.data() + index * sizeof value, sizeof value);
        return value;
    }

    MDB_envinfo info_;
    std::vector<bool> seen_;
};

} // namespace

std::string check_free_pages(const lmdb::environment& env) {
    constexpr lmdb::table free_table = 0;
    const lmdb::transaction txn(env, lmdb::transaction::kind::read);
    lmdb::cursor at(txn, free_table);
    free_list list(env.info());
    std::size_t records = 0;
    for (bool more = at.first(); more; more = at.next(), ++records)
        if (const char* wrong = list.take(at.key(), at.value()))
            return fmt::format("record {} of the free pages: {}", records, wrong);
    if (records != txn.entries(free_table))
        return fmt::format("{} records of free pages are found where {} should be", records, txn.entries(free_table));
    return {};
}

} // namespace nightjar::storage
