#include "broker/log/sinks.hpp"

#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

namespace nightjar::log {

namespace {

// One write for one line, so that lines of several writers to one file do not mix.
void write_whole(int descriptor, std::string_view line) {
    while (!line.empty()) {
        const auto size = ::write(descriptor, line.data(), line.size());
        if (size < 0 && errno == EINTR) continue;
        if (size <= 0) return; // a log that cannot be written must not stop the broker
        line.remove_prefix(static_cast<std::size_t>(size));
    }
}

class stream_sink final : public sink {
  public:
    explicit stream_sink(int descriptor) : descriptor_(descriptor) {}
    void write(level, std::string_view line) override { write_whole(descriptor_, fmt::format("{}\n", line)); }

  private:
    int descriptor_;
};

class journal_sink final : public sink {
  public:
    explicit journal_sink(int descriptor) : descriptor_(descriptor) {}
    void write(level at, std::string_view line) override {
        write_whole(descriptor_, fmt::format("<{}>{}\n", syslog_priority(at), line));
    }
    bool has_own_time() const override { return true; }

  private:
    int descriptor_;
};

class file_sink final : public sink {
  public:
    explicit file_sink(std::string path) : path_(std::move(path)), descriptor_(open_file()) {
        if (descriptor_ < 0) throw std::system_error(errno, std::generic_category(), "cannot open log file " + path_);
    }
    ~file_sink() override { ::close(descriptor_); }
    file_sink(const file_sink&) = delete;
    file_sink& operator=(const file_sink&) = delete;

    void write(level, std::string_view line) override { write_whole(descriptor_, fmt::format("{}\n", line)); }
    bool reopen() override {
        const int fresh = open_file();
        if (fresh < 0) return false; // the old file is better than none
        ::close(descriptor_);
        descriptor_ = fresh;
        return true;
    }
    void give_to(uid_t user, gid_t group) override {
        struct stat found {};
        if (::fstat(descriptor_, &found) != 0 || !S_ISREG(found.st_mode)) return; // no terminal, no pipe
        static_cast<void>(::fchown(descriptor_, user, group));
    }

  private:
    // A pipe that nobody reads is an error, not a reason to wait.
    int open_file() const {
        const int fd = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK, 0640);
        if (fd >= 0) ::fcntl(fd, F_SETFL, O_APPEND);
        return fd;
    }

    std::string path_;
    int descriptor_;
};

class syslog_sink final : public sink {
  public:
    explicit syslog_sink(int facility) : facility_(facility << 3) { ::openlog("nightjar", LOG_PID, facility_); }
    void write(level at, std::string_view line) override {
        ::syslog(facility_ | syslog_priority(at), "%.*s", static_cast<int>(line.size()), line.data());
    }
    bool has_own_time() const override { return true; }

  private:
    int facility_;
};

} // namespace

int syslog_priority(level at) {
    switch (at) {
    case level::error: return LOG_ERR;
    case level::warning: return LOG_WARNING;
    case level::notice:
    case level::subscribe: // as mosquitto
    case level::unsubscribe: return LOG_NOTICE;
    case level::debug:
    case level::websockets: return LOG_DEBUG;
    default: return LOG_INFO;
    }
}

std::unique_ptr<sink> make_stream_sink(int descriptor) { return std::make_unique<stream_sink>(descriptor); }
std::unique_ptr<sink> make_journal_sink(int descriptor) { return std::make_unique<journal_sink>(descriptor); }
std::unique_ptr<sink> make_file_sink(const std::string& path) { return std::make_unique<file_sink>(path); }
std::unique_ptr<sink> make_syslog_sink(int facility) { return std::make_unique<syslog_sink>(facility); }

} // namespace nightjar::log
