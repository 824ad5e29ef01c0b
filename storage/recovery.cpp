#include "storage/recovery.hpp"

#include "storage/crash_mark.hpp"
#include "storage/lmdb.hpp"
#include "storage/verify.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>
#include <functional>
#include <optional>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

namespace nightjar::storage {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view unreadable = "unreadable: ";
constexpr int all_said = 0; // the child's exit status when it has come to its end

struct child_report {
    std::string lines;
    int status = 0; // as waitpid
};

// Runs `work` in a child process; what it returns comes back, however the child ends.
child_report in_child(const std::function<std::string()>& work) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw store_error(fmt::format("cannot make a pipe: {}", std::strerror(errno)));
    const pid_t child = ::fork();
    if (child < 0) throw store_error(fmt::format("cannot make a process: {}", std::strerror(errno)));
    if (child == 0) {
        for (const int s : {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL}) ::signal(s, SIG_DFL);
        const auto said = work();
        for (std::size_t at = 0; at < said.size();) {
            const auto n = ::write(ends[1], said.data() + at, said.size() - at);
            if (n <= 0) break;
            at += static_cast<std::size_t>(n);
        }
        ::_exit(all_said);
    }
    ::close(ends[1]);
    child_report report;
    char buffer[4096];
    for (ssize_t n = 0; (n = ::read(ends[0], buffer, sizeof buffer)) > 0 || (n < 0 && errno == EINTR);)
        if (n > 0) report.lines.append(buffer, static_cast<std::size_t>(n));
    ::close(ends[0]);
    while (::waitpid(child, &report.status, 0) < 0 && errno == EINTR) {}
    return report;
}

std::string ended_badly(int status) {
    if (WIFSIGNALED(status))
        return fmt::format("reading it ended the process that tried ({})", ::strsignal(WTERMSIG(status)));
    return "reading it ended the process that tried";
}

bool came_to_its_end(int status) { return WIFEXITED(status) && WEXITSTATUS(status) == all_said; }

// Not by somebody else, or for want of memory: that says nothing about the store.
bool ended_by_damage(int status) {
    if (!WIFSIGNALED(status)) return false;
    const int signal = WTERMSIG(status);
    return signal == SIGSEGV || signal == SIGBUS || signal == SIGABRT || signal == SIGFPE || signal == SIGILL;
}

void sync(const fs::path& path, int flags) {
    const int fd = ::open(path.c_str(), flags | O_CLOEXEC);
    const bool done = fd >= 0 && ::fsync(fd) == 0;
    const int cause = errno;
    if (fd >= 0) ::close(fd);
    if (!done) throw store_error(fmt::format("cannot sync {}: {}", path.string(), std::strerror(cause)));
}

fs::path directory_of(const fs::path& file) { return file.has_parent_path() ? file.parent_path() : fs::path("."); }

void move_durably(const fs::path& from, const fs::path& to) {
    std::error_code error;
    fs::rename(from, to, error);
    if (error)
        throw store_error(fmt::format("cannot rename {} to {}: {}", from.string(), to.string(), error.message()));
    sync(directory_of(to), O_RDONLY | O_DIRECTORY);
}

// A file that is written beside the one whose place it takes in the end; gone if it does not come to that.
class fresh_file {
  public:
    static fs::path path_of(const fs::path& target) { return target.string() + ".new"; }
    explicit fresh_file(const fs::path& target) : target_(target), path_(path_of(target)) { remove(); }
    ~fresh_file() { remove(); }
    fresh_file(const fresh_file&) = delete;
    fresh_file& operator=(const fresh_file&) = delete;

    const fs::path& path() const { return path_; }
    void take_its_place() const {
        sync(path_, O_RDWR);
        move_durably(path_, target_);
    }

  private:
    void remove() const {
        std::error_code ignored;
        fs::remove(path_, ignored);
    }
    const fs::path target_, path_;
};

// A store that a broker uses: it would look damaged to somebody who reads without LMDB's locks, and nobody may change
// it.
class lock_if_store {
  public:
    explicit lock_if_store(const fs::path& directory, std::string_view advice) {
        std::error_code ignored;
        if (!fs::is_directory(directory, ignored)) return;
        fd_ = ::open(store::files_in(directory).back().c_str(), O_RDWR | O_CLOEXEC);
        if (fd_ >= 0 && ::flock(fd_, LOCK_EX | LOCK_NB) != 0) {
            ::close(fd_);
            throw store_error(fmt::format("the store in {} is in use; {}", directory.string(), advice));
        }
    }
    ~lock_if_store() {
        if (fd_ >= 0) ::close(fd_);
    }
    lock_if_store(const lock_if_store&) = delete;
    lock_if_store& operator=(const lock_if_store&) = delete;

  private:
    int fd_ = -1;
};

fs::path data_file_of(const fs::path& directory) { return store::files_in(directory).front(); }

// Without links, also where nothing is yet, or at the end of a link.
fs::path real_name(fs::path file) {
    constexpr int most_links = 40; // Linux follows no more
    std::error_code error;
    for (int n = 0; n < most_links && fs::is_symlink(fs::symlink_status(file, error)); ++n)
        file = directory_of(file) / fs::read_symlink(file, error);
    const auto whole = fs::absolute(file, error);
    const auto real = fs::weakly_canonical(whole, error);
    return error ? whole.lexically_normal() : real;
}

// As a start reads it.
verdict look_quickly(const fs::path& directory) {
    const auto report = in_child([&]() -> std::string {
        try {
            const auto s = store::open({directory});
            s->restore(make_nothing);
            return "good";
        } catch (const store_damaged& e) {
            return std::string("damaged") + e.what();
        } catch (const std::exception& e) {
            return std::string("unusable") + e.what();
        }
    });
    using condition = verdict::condition;
    if (!came_to_its_end(report.status)) {
        const bool damaged = ended_by_damage(report.status);
        return {damaged ? condition::damaged : condition::unusable,
                fmt::format("the store in {} {}: {}", directory.string(),
                            damaged ? "is damaged" : "could not be looked at", ended_badly(report.status))};
    }
    const std::string_view said(report.lines);
    if (said.starts_with("damaged")) return {condition::damaged, std::string(said.substr(7))};
    if (said.starts_with("unusable")) return {condition::unusable, std::string(said.substr(8))};
    return {};
}

std::vector<std::string> check(const fs::path& directory_or_file, verify_what what) {
    std::error_code ignored;
    const auto file =
        fs::is_directory(directory_or_file, ignored) ? data_file_of(directory_or_file) : directory_or_file;
    if (!fs::exists(file, ignored)) throw store_error(fmt::format("there is no store {}", file.string()));
    const lock_if_store lock(directory_or_file, "make a backup and check that");
    const auto report = in_child([&] {
        try {
            return verify(file, what);
        } catch (const std::exception& e) {
            return std::string(unreadable) + e.what();
        }
    });
    if (report.lines.starts_with(unreadable) || !(came_to_its_end(report.status) || ended_by_damage(report.status)))
        throw store_error(fmt::format("cannot read {}: {}", file.string(),
                                      came_to_its_end(report.status) ? report.lines.substr(unreadable.size())
                                                                     : ended_badly(report.status)));
    std::vector<std::string> result;
    for (std::size_t at = 0; at < report.lines.size();) {
        const auto end = std::min(report.lines.find('\n', at), report.lines.size());
        result.push_back(report.lines.substr(at, end - at));
        at = end + 1;
    }
    if (!came_to_its_end(report.status)) result.push_back(ended_badly(report.status));
    return result;
}

verdict look_at_everything(const fs::path& directory) {
    try {
        const auto findings = check(directory, verify_what::records);
        if (findings.empty()) return {};
        return {verdict::condition::damaged,
                fmt::format("the store in {} is damaged: {}", directory.string(), findings.front())};
    } catch (const store_error& e) {
        return {verdict::condition::unusable, e.what()};
    }
}

} // namespace

bool crashed(const fs::path& directory) {
    std::error_code ignored;
    return fs::exists(crash_mark::path_in(directory), ignored);
}

verdict look_at(const fs::path& directory, std::uintmax_t small_bytes) {
    std::error_code ignored;
    if (!fs::exists(data_file_of(directory), ignored)) return {};
    auto found = look_quickly(directory);
    const bool thorough = crashed(directory) || fs::file_size(data_file_of(directory), ignored) <= small_bytes;
    if (found.state == verdict::condition::good && thorough) found = look_at_everything(directory);
    if (found.state != verdict::condition::unusable) fs::remove(crash_mark::path_in(directory), ignored);
    return found;
}

std::vector<std::string> check(const fs::path& directory_or_file) {
    return check(directory_or_file, verify_what::records_and_references);
}

fs::path set_aside(const fs::path& directory) {
    const auto file = data_file_of(directory);
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    ::gmtime_r(&now, &parts);
    char stamp[32];
    const auto size = std::strftime(stamp, sizeof stamp, "%Y%m%dT%H%M%SZ", &parts);
    auto target = fs::path(file.string() + ".damaged-" + std::string(stamp, size));
    for (int n = 2; fs::exists(target); ++n)
        target = fs::path(file.string() + ".damaged-" + std::string(stamp, size) + "-" + std::to_string(n));
    move_durably(file, target);
    return target;
}

void restore_backup(const fs::path& backup, const fs::path& directory) {
    if (const auto findings = check(backup); !findings.empty())
        throw store_error(fmt::format("the backup {} is damaged too: {}", backup.string(), findings.front()));
    const fresh_file fresh(data_file_of(directory));
    std::error_code error;
    fs::copy_file(backup, fresh.path(), fs::copy_options::overwrite_existing, error);
    if (!error) fs::permissions(fresh.path(), fs::perms::owner_read | fs::perms::owner_write, error);
    if (error)
        throw store_error(
            fmt::format("cannot copy {} to {}: {}", backup.string(), fresh.path().string(), error.message()));
    fresh.take_its_place();
}

bool belongs_to(const fs::path& directory, const fs::path& file) {
    auto own = store::files_in(directory);
    own.push_back(crash_mark::path_in(directory));
    own.push_back(fresh_file::path_of(data_file_of(directory)));
    const auto name = real_name(file);
    std::error_code missing;
    return std::any_of(own.begin(), own.end(), [&](const fs::path& one) {
        return fs::equivalent(file, one, missing) || real_name(one) == name;
    });
}

bool belongs_to_a_store(const fs::path& file) { return belongs_to(real_name(file).parent_path(), file); }

void back_up(const fs::path& directory, const fs::path& to) {
    const auto file = data_file_of(directory);
    std::error_code ignored;
    if (!fs::exists(file, ignored)) throw store_error(fmt::format("there is no store {}", file.string()));
    if (belongs_to(directory, to))
        throw store_error(fmt::format("{} is a file of the store itself; name another one", to.string()));
    std::optional<lock_if_store> other; // a backup may take the place of a store, but of none that a broker uses
    if (belongs_to(directory_of(to), to)) other.emplace(directory_of(to), "name another file");
    const fresh_file fresh(to);
    try {
        const lmdb::environment env(file, store_options{}.map_size);
        lmdb::check(mdb_env_copy2(env.get(), fresh.path().c_str(), MDB_CP_COMPACT));
    } catch (const std::system_error& e) {
        throw store_error(
            fmt::format("cannot copy {} to {}: {}", file.string(), fresh.path().string(), e.code().message()));
    }
    fs::permissions(fresh.path(), fs::perms::owner_read | fs::perms::owner_write);
    if (const auto findings = check(fresh.path()); !findings.empty())
        throw store_error(fmt::format("the copy of {} does not verify: {}", file.string(), findings.front()));
    fresh.take_its_place();
}

} // namespace nightjar::storage
