// LMDB's C calls with ownership and errors. Knows nothing of what is stored. Errors are std::system_error with
// LMDB's own codes and errno values in one category.
//
// Rules of the library that we keep: one writer, short readers, no handle opened twice in a process, no fork, never
// MDB_WRITEMAP (a full disk would be SIGBUS), never MDB_NOSYNC or MDB_NOMETASYNC (an acknowledgement could be lost).
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string_view>
#include <system_error>

#include <lmdb.h>

namespace nightjar::storage::lmdb {

const std::error_category& category();
void check(int code); // throws unless MDB_SUCCESS

using table = MDB_dbi;

class environment {
  public:
    // One file, made 0600. `map_size` is address space; halved until the kernel accepts it.
    environment(const std::filesystem::path& file, std::size_t map_size);
    // To read a file that nobody writes; leaves nothing beside it.
    struct alone {};
    static constexpr alone read_alone{};
    environment(const std::filesystem::path& file, alone);
    ~environment();
    environment(const environment&) = delete;
    environment& operator=(const environment&) = delete;

    MDB_env* get() const { return env_; }
    std::size_t used_bytes() const; // of the file, free pages included
    std::size_t map_bytes() const;
    MDB_envinfo info() const;

  private:
    MDB_env* env_ = nullptr;
};

class transaction {
  public:
    enum class kind { read, write };
    transaction(const environment& env, kind k);
    ~transaction(); // aborts unless committed
    transaction(const transaction&) = delete;
    transaction& operator=(const transaction&) = delete;

    void commit(); // returns when the disk has it
    MDB_txn* get() const { return txn_; }

    table open(const char* name); // makes it; of a write transaction
    std::optional<table> find(const char* name);
    std::optional<std::string_view> get(table t, std::string_view key) const; // the view lives until the next write
    std::size_t entries(table t) const;                                       // as LMDB counts them
    void put(table t, std::string_view key, std::string_view value, unsigned flags = 0);
    void remove(table t, std::string_view key); // nothing if it is not there

  private:
    MDB_txn* txn_ = nullptr;
};

class cursor {
  public:
    cursor(const transaction& txn, table t);
    ~cursor();
    cursor(const cursor&) = delete;
    cursor& operator=(const cursor&) = delete;

    // Each returns false when there is no such record; then key() and value() mean nothing.
    bool first() { return move(MDB_FIRST); }
    bool last() { return move(MDB_LAST); }
    bool next() { return move(MDB_NEXT); }
    bool previous() { return move(MDB_PREV); }
    bool at_or_after(std::string_view key);
    bool at_or_before(std::string_view key);
    bool before(std::string_view key);

    void remove(); // the record here; next() then goes to the one behind it

    std::string_view key() const { return {static_cast<const char*>(key_.mv_data), key_.mv_size}; }
    std::string_view value() const { return {static_cast<const char*>(value_.mv_data), value_.mv_size}; }

  private:
    bool move(MDB_cursor_op op);
    MDB_cursor* cursor_ = nullptr;
    MDB_val key_{}, value_{};
};

} // namespace nightjar::storage::lmdb
