#include "broker/process.hpp"

#include "broker/config/configuration.hpp"

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <stdexcept>

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace nightjar::process {

namespace {

[[noreturn]] void fail(std::string_view what) {
    throw std::runtime_error(fmt::format("{}: {}", what, std::strerror(errno)));
}

} // namespace

std::size_t raise_file_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
    ::getrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_cur;
}

void daemonize() {
    if (::daemon(1, 0) != 0)
        fail("cannot go into the background"); // keeps the working directory: paths are relative to it
}

pid_file::pid_file(std::string path) : path_(std::move(path)) {
    if (path_.empty()) return;
    std::ofstream out(path_, std::ios::trunc);
    out << ::getpid() << '\n';
    if (!out.flush()) fail(fmt::format("cannot write pid_file {}", path_));
}

pid_file::~pid_file() {
    // Its directory may be root's, and we are that no more: then an empty one is better than a wrong one.
    if (!path_.empty() && ::unlink(path_.c_str()) != 0) static_cast<void>(::truncate(path_.c_str(), 0));
}

bool is_root() { return ::geteuid() == 0; }

std::optional<user> user_to_become(const std::string& wanted) {
    if (!is_root() || wanted == "root") return {};
    auto found = config::first_user(wanted, [](const std::string& name) -> std::optional<user> {
        const passwd* entry = ::getpwnam(name.c_str());
        if (entry == nullptr) return {};
        return user{name, entry->pw_uid, entry->pw_gid};
    });
    if (!found && !wanted.empty())
        throw std::runtime_error(fmt::format("Unable to drop privileges to '{}' because this user does not exist.",
                                             wanted)); // mosquitto's words
    return found;
}

void become(const user& who, const std::vector<std::filesystem::path>& owned) {
    for (const auto& path : owned)
        if (::lchown(path.c_str(), who.id, who.group) != 0 && errno != ENOENT)
            fail(fmt::format("cannot chown {}", path.string()));
    if (::initgroups(who.name.c_str(), who.group) != 0 || ::setgid(who.group) != 0 || ::setuid(who.id) != 0)
        fail(fmt::format("cannot become user {}", who.name));
}

void notify(std::string_view state) {
    const char* path = std::getenv("NOTIFY_SOCKET");
    if (path == nullptr || *path == '\0') return;
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::size_t length = std::strlen(path);
    if (length >= sizeof address.sun_path) return;
    std::memcpy(address.sun_path, path, length);
    if (path[0] == '@') address.sun_path[0] = '\0'; // the abstract namespace
    const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return;
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + length);
    static_cast<void>(
        ::sendto(fd, state.data(), state.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&address), size));
    ::close(fd);
}

void notify_reloading() {
    timespec now{}; // CLOCK_MONOTONIC, which systemd reads too
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    constexpr std::int64_t million = 1'000'000, thousand = 1'000;
    notify(fmt::format("RELOADING=1\nMONOTONIC_USEC={}", now.tv_sec * million + now.tv_nsec / thousand));
}

std::optional<std::chrono::microseconds> watchdog_time() {
    const auto number = [](const char* name) {
        const char* text = std::getenv(name);
        return text == nullptr ? 0LL : std::strtoll(text, nullptr, 10);
    };
    const auto time = number("WATCHDOG_USEC"), process = number("WATCHDOG_PID");
    if (time <= 0 || (process != 0 && process != ::getpid())) return {};
    return std::chrono::microseconds(time);
}

std::filesystem::path page_directory() {
    std::error_code error;
    const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
    if (error) return "/usr/share/nightjar/page"; // no /proc, as in a bare chroot: where the package puts it
    const auto own = program.parent_path();
    const auto built = own / "page";
    return std::filesystem::exists(built, error) ? built : own.parent_path() / "share/nightjar/page";
}

} // namespace nightjar::process
