// What a daemon does with its process: limits, the pid file, the background, its user, systemd. Main thread, before
// serving or at the end. Failures throw std::runtime_error with the operator's sentence.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nightjar::process {

// Raises the soft limit on open files to the hard one; returns it.
std::size_t raise_file_limit();

// Into the background, standard streams to /dev/null. Before any thread exists.
void daemonize();

// Written with the process id, removed at the end.
class pid_file {
  public:
    explicit pid_file(std::string path); // empty: none
    ~pid_file();
    pid_file(const pid_file&) = delete;
    pid_file& operator=(const pid_file&) = delete;

  private:
    std::string path_;
};

// Gives up root for `user`, once the ports are bound; nothing if we are not root or `user` is empty or "root".
// `owned` are our own files that the user must be able to write; nothing else changes its owner.
void drop_root(const std::string& user, const std::vector<std::filesystem::path>& owned);

// Tells systemd ("READY=1", "STOPPING=1"); nothing without NOTIFY_SOCKET.
void notify(std::string_view state);
void notify_reloading(); // "READY=1" follows; for Type=notify-reload the time is in it

// How often systemd wants to hear "WATCHDOG=1" (WATCHDOG_USEC); none if it does not watch this process.
std::optional<std::chrono::microseconds> watchdog_time();

// The page: beside this program, as it is built, or else where it is installed, ../share/nightjar/page.
std::filesystem::path page_directory();

} // namespace nightjar::process
