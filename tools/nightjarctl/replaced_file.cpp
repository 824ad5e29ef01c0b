#include "tools/nightjarctl/replaced_file.hpp"

#include <array>
#include <cerrno>
#include <filesystem>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

namespace nightjar::ctl {

namespace {

std::string reason() { return std::generic_category().message(errno); }

bool write_all(int fd, std::string_view text) {
    while (!text.empty()) {
        const auto written = ::write(fd, text.data(), text.size());
        if (written < 0 && errno != EINTR) return false;
        if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

// The file beside it, which is gone again unless it took the other's place.
class new_file {
  public:
    explicit new_file(const std::string& beside)
        : path_(beside + ".XXXXXX"), fd_(::mkostemp(path_.data(), O_CLOEXEC)) {}
    ~new_file() {
        const int error = errno;
        if (fd_ >= 0) ::close(fd_);
        if (fd_ >= 0 && !path_.empty()) ::unlink(path_.c_str());
        errno = error;
    }
    new_file(const new_file&) = delete;
    new_file& operator=(const new_file&) = delete;

    int fd() const { return fd_; }
    bool take_place_of(const std::string& path) {
        if (::rename(path_.c_str(), path.c_str()) != 0) return false;
        path_.clear();
        return true;
    }

  private:
    std::string path_;
    int fd_;
};

// A rename lasts when the directory is on the disk.
bool sync_directory_of(const std::string& path) {
    auto directory = std::filesystem::path(path).parent_path();
    if (directory.empty()) directory = ".";
    const int fd = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return false;
    const bool synced = ::fsync(fd) == 0;
    const int error = errno;
    ::close(fd);
    errno = error;
    return synced;
}

} // namespace

replaced_file::replaced_file(std::string path, expected what) : path_(std::move(path)) {
    try {
        open_and_lock(what);
    } catch (...) {
        if (fd_ >= 0) ::close(fd_);
        throw;
    }
}

replaced_file::~replaced_file() {
    if (fd_ >= 0) ::close(fd_);
}

void replaced_file::fail(const std::string& what) const {
    throw std::runtime_error(fmt::format("{}: {}", path_, what));
}

void replaced_file::open_and_lock(expected what) {
    while (true) {
        fd_ = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
        if (fd_ < 0 && errno == ENOENT && what == expected::any) return;
        if (fd_ < 0 && errno == ENOENT) fail("there is no such file; -c makes one");
        if (fd_ < 0 && errno == ELOOP) fail("this is a symbolic link; name the file that it leads to");
        if (fd_ < 0 || ::fstat(fd_, &facts_) != 0) fail(reason());
        if (!S_ISREG(facts_.st_mode)) fail("this is not a file");
        if (::flock(fd_, LOCK_EX) != 0) fail(reason());
        // Whoever held the lock may have put another file here meanwhile.
        struct stat now {};
        if (::lstat(path_.c_str(), &now) == 0 && now.st_dev == facts_.st_dev && now.st_ino == facts_.st_ino) return;
        ::close(std::exchange(fd_, -1));
    }
}

std::string replaced_file::text() const {
    std::string text;
    std::array<char, 65'536> part{};
    for (ssize_t got = 1; fd_ >= 0 && got > 0;) {
        got = ::pread(fd_, part.data(), part.size(), static_cast<off_t>(text.size()));
        if (got < 0) fail(reason());
        text.append(part.data(), static_cast<std::size_t>(got));
    }
    return text;
}

void replaced_file::keep_owner_and_mode(int fd) const {
    struct stat fresh {};
    if (::fstat(fd, &fresh) != 0) fail(reason());
    if ((fresh.st_uid != facts_.st_uid || fresh.st_gid != facts_.st_gid) &&
        ::fchown(fd, facts_.st_uid, facts_.st_gid) != 0)
        fail("a new one cannot have its owner and group (" + reason() + "); do this as root or as its owner");
    if (::fchmod(fd, facts_.st_mode & 0777U) != 0) fail(reason());
}

void replaced_file::replace(std::string_view text) {
    new_file fresh(path_);
    if (fresh.fd() < 0) fail("no file can be made beside it: " + reason());
    if (existed()) keep_owner_and_mode(fresh.fd());
    if (!write_all(fresh.fd(), text) || ::fsync(fresh.fd()) != 0) fail("it cannot be written: " + reason());
    if (!fresh.take_place_of(path_)) fail("it cannot be replaced: " + reason());
    if (!sync_directory_of(path_)) fail("it was replaced, but may not be so after a power cut: " + reason());
}

} // namespace nightjar::ctl
