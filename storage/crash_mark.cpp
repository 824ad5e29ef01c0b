#include "storage/crash_mark.hpp"

#include <array>
#include <csignal>
#include <string>

#include <fcntl.h>
#include <unistd.h>

namespace nightjar::storage {

namespace {

constexpr std::array signals{SIGSEGV, SIGBUS};
std::string mark; // ready for the handler, which may not allocate

void leave_mark(int signal) {
    crash_mark::leave();
    ::raise(signal); // comes when the handler ends, which it does for the first and the last time (SA_RESETHAND)
}

} // namespace

void crash_mark::leave() { ::close(::open(mark.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600)); }

std::filesystem::path crash_mark::path_in(const std::filesystem::path& directory) {
    return directory / "nightjar.crashed";
}

crash_mark::crash_mark(const std::filesystem::path& directory) {
    mark = std::filesystem::absolute(path_in(directory)).string();
    for (const int s : signals) {
        struct sigaction now {};
        ::sigaction(s, nullptr, &now);
        if (now.sa_handler != SIG_DFL) continue;
        now.sa_handler = leave_mark;
        now.sa_flags = static_cast<int>(SA_RESETHAND);
        ::sigaction(s, &now, nullptr);
    }
}

crash_mark::~crash_mark() {
    for (const int s : signals) {
        struct sigaction now {};
        ::sigaction(s, nullptr, &now);
        if (now.sa_handler == leave_mark) ::signal(s, SIG_DFL);
    }
}

} // namespace nightjar::storage
