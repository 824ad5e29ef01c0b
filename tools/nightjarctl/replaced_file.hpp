// A small file that changes by another one taking its place: who reads it sees the old one or the new one, whole, after
// a power cut too. The new one has the owner, group and mode of the old one; without an old one it is its maker's alone
// (0600). What fails throws std::runtime_error with a sentence, and leaves the file as it was.
#pragma once

#include <string>
#include <string_view>

#include <sys/stat.h>

namespace nightjar::ctl {

class replaced_file {
  public:
    enum class expected { existing, any };

    // Keeps other replaced_files of this path waiting until this one is gone. Refuses symbolic links, which a rename
    // would turn into files, and all that is no file.
    replaced_file(std::string path, expected what);
    ~replaced_file();
    replaced_file(const replaced_file&) = delete;
    replaced_file& operator=(const replaced_file&) = delete;

    bool existed() const { return fd_ >= 0; }
    std::string text() const; // as it was; empty if there was none
    void replace(std::string_view text);

  private:
    void open_and_lock(expected what);
    void keep_owner_and_mode(int fd) const;
    [[noreturn]] void fail(const std::string& what) const;

    const std::string path_;
    int fd_ = -1; // of the old one
    struct stat facts_ {};
};

} // namespace nightjar::ctl
