// What to do with a store before it is used: look at it, set a damaged one aside, put a backup in its place, make a
// backup. LMDB trusts its file, and a damaged page can end the process that reads it: so the look is taken by a child
// process. Main thread, before any other exists; errors are store_error.
#pragma once

#include "storage/page_check.hpp"
#include "storage/store.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace nightjar::storage {

struct verdict {
    enum class condition { good, damaged, unusable } state = condition::good; // unusable: not ours to mend
    std::string what;                                                         // a sentence, if not good
};

// Opens the store in a child process and reads what a start reads; everything, if it is small (read in a moment) or
// crashed(). A missing store is good.
verdict look_at(const std::filesystem::path& directory, std::uintmax_t small_bytes = small_store);

// Whether the disk or a signal ended the process that used the store last (crash_mark.hpp).
bool crashed(const std::filesystem::path& directory);

// Reads everything, records one by one, in a child process. What is wrong, a sentence each; nothing: all is well.
// `directory` of a store that no broker uses now, or the file of a backup.
std::vector<std::string> check(const std::filesystem::path& directory_or_file);

// Renames the data file, so that the next open() starts an empty store. Returns its new name.
std::filesystem::path set_aside(const std::filesystem::path& directory);

// Copies a backup into the place of the (missing) data file.
void restore_backup(const std::filesystem::path& backup, const std::filesystem::path& directory);

// Whether it is one of that store's files, there already or not, by whatever path; also of those that are there for a
// moment only. Nothing needs to exist.
bool belongs_to(const std::filesystem::path& directory, const std::filesystem::path& file);
// Of any store, by its place.
bool belongs_to_a_store(const std::filesystem::path& file);

// A consistent copy of a store, whether a broker uses it or not, without its free pages: written beside `to`, checked,
// synced, renamed. `to` is none of the store's own files, nor of another store that is in use.
void back_up(const std::filesystem::path& directory, const std::filesystem::path& to);

} // namespace nightjar::storage
