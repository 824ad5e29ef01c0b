#include "storage/lmdb.hpp"

#include <cerrno>
#include <string>
#include <utility>

namespace nightjar::storage::lmdb {

namespace {

constexpr unsigned readers = 512, tables = 16;
constexpr std::size_t least_map = std::size_t{64} << 20;

class lmdb_category final : public std::error_category {
  public:
    const char* name() const noexcept override { return "lmdb"; }
    std::string message(int code) const override { return mdb_strerror(code); }
};

// LMDB asserts what a damaged page breaks, and would abort: one bad page must not end the process. The exception passes
// LMDB's frames, which hold nothing; the transaction it came from can only be aborted, as after any error.
void on_assertion(MDB_env*, const char*) { throw std::system_error(MDB_CORRUPTED, category()); }

MDB_val view(std::string_view text) { return {text.size(), const_cast<char*>(text.data())}; }

} // namespace

const std::error_category& category() {
    static const lmdb_category instance;
    return instance;
}

void check(int code) {
    if (code != MDB_SUCCESS) throw std::system_error(code, category());
}

environment::environment(const std::filesystem::path& file, std::size_t map_size) {
    for (;; map_size /= 2) {
        check(mdb_env_create(&env_));
        mdb_env_set_assert(env_, on_assertion);
        int code = mdb_env_set_mapsize(env_, map_size);
        if (code == MDB_SUCCESS) code = mdb_env_set_maxreaders(env_, readers);
        if (code == MDB_SUCCESS) code = mdb_env_set_maxdbs(env_, tables);
        if (code == MDB_SUCCESS) code = mdb_env_open(env_, file.c_str(), MDB_NOSUBDIR | MDB_NOTLS, 0600);
        if (code == MDB_SUCCESS) break;
        mdb_env_close(env_);
        env_ = nullptr;
        if (code != ENOMEM || map_size <= least_map) check(code);
    }
    int dead = 0;
    mdb_reader_check(env_, &dead); // slots of a killed process would hold pages for ever
}

environment::environment(const std::filesystem::path& file, alone) {
    check(mdb_env_create(&env_));
    mdb_env_set_assert(env_, on_assertion);
    std::error_code no_size; // then opening says more
    const auto size = std::filesystem::file_size(file, no_size);
    int code = no_size ? MDB_SUCCESS : mdb_env_set_mapsize(env_, size); // not the map the file was made with: 1 TiB
    if (code == MDB_SUCCESS) code = mdb_env_set_maxdbs(env_, tables);
    constexpr unsigned flags = MDB_NOSUBDIR | MDB_NOTLS | MDB_RDONLY | MDB_NOLOCK;
    if (code == MDB_SUCCESS) code = mdb_env_open(env_, file.c_str(), flags, 0600);
    if (code == MDB_SUCCESS) return;
    mdb_env_close(env_);
    check(code);
}

environment::~environment() { mdb_env_close(env_); }

MDB_envinfo environment::info() const {
    MDB_envinfo info{};
    mdb_env_info(env_, &info);
    return info;
}

std::size_t environment::used_bytes() const {
    MDB_stat stat{};
    mdb_env_stat(env_, &stat);
    return (info().me_last_pgno + 1) * stat.ms_psize;
}

std::size_t environment::map_bytes() const { return info().me_mapsize; }

transaction::transaction(const environment& env, kind k) {
    check(mdb_txn_begin(env.get(), nullptr, k == kind::read ? MDB_RDONLY : 0, &txn_));
}

transaction::~transaction() {
    if (txn_ != nullptr) mdb_txn_abort(txn_);
}

void transaction::commit() { check(mdb_txn_commit(std::exchange(txn_, nullptr))); } // freed even if it fails

table transaction::open(const char* name) {
    table t = 0;
    check(mdb_dbi_open(txn_, name, MDB_CREATE, &t));
    return t;
}

std::optional<table> transaction::find(const char* name) {
    table t = 0;
    const int code = mdb_dbi_open(txn_, name, 0, &t);
    if (code == MDB_NOTFOUND) return std::nullopt;
    check(code);
    return t;
}

std::optional<std::string_view> transaction::get(table t, std::string_view key) const {
    auto k = view(key);
    MDB_val v{};
    const int code = mdb_get(txn_, t, &k, &v);
    if (code == MDB_NOTFOUND) return std::nullopt;
    check(code);
    return std::string_view(static_cast<const char*>(v.mv_data), v.mv_size);
}

std::size_t transaction::entries(table t) const {
    MDB_stat stat{};
    check(mdb_stat(txn_, t, &stat));
    return stat.ms_entries;
}

void transaction::put(table t, std::string_view key, std::string_view value, unsigned flags) {
    auto k = view(key), v = view(value);
    check(mdb_put(txn_, t, &k, &v, flags));
}

void transaction::remove(table t, std::string_view key) {
    auto k = view(key);
    const int code = mdb_del(txn_, t, &k, nullptr);
    if (code != MDB_NOTFOUND) check(code);
}

cursor::cursor(const transaction& txn, table t) { check(mdb_cursor_open(txn.get(), t, &cursor_)); }

cursor::~cursor() { mdb_cursor_close(cursor_); }

bool cursor::move(MDB_cursor_op op) {
    const int code = mdb_cursor_get(cursor_, &key_, &value_, op);
    if (code == MDB_NOTFOUND) return false;
    check(code);
    return true;
}

void cursor::remove() { check(mdb_cursor_del(cursor_, 0)); }

bool cursor::at_or_after(std::string_view key) {
    key_ = view(key);
    return move(MDB_SET_RANGE);
}

bool cursor::at_or_before(std::string_view key) {
    if (!at_or_after(key)) return last();
    return this->key() == key || previous();
}

bool cursor::before(std::string_view key) { return at_or_after(key) ? previous() : last(); }

} // namespace nightjar::storage::lmdb
