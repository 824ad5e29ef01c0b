// Left beside the store when its disk fails or a signal ends the process that uses it. A start does not read all of a
// large store, so a damaged page can wait there for the first query and end the process; the mark makes the next start
// read everything, instead of ending the same way again.
#pragma once

#include <filesystem>

namespace nightjar::storage {

// Handles SIGSEGV and SIGBUS while it lives, unless somebody else does (a sanitizer): leaves the mark, and lets the
// signal end the process all the same. One at a time.
class crash_mark {
  public:
    explicit crash_mark(const std::filesystem::path& directory);
    ~crash_mark();
    crash_mark(const crash_mark&) = delete;
    crash_mark& operator=(const crash_mark&) = delete;

    static void leave(); // while one lives; any thread
    static std::filesystem::path path_in(const std::filesystem::path& directory);
};

} // namespace nightjar::storage
