// What a daemon does with its process: limits, the pid file, the background, its user, systemd. Main thread, before
// serving or at the end. Failures throw std::runtime_error with the operator's sentence.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

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

// Whom a process of root's becomes.
struct user {
    std::string name;
    uid_t id;
    gid_t group;
};
// The user of this name; of no name, the first that there is of nightjar, mosquitto and nobody. None: `wanted` is
// "root", or we are not root.
std::optional<user> user_to_become(const std::string& wanted);
// Gives up root, once the ports are bound. `owned` are files of our own that the user must be able to write; what is
// missing is passed over, and nothing else changes its owner.
void become(const user& who, const std::vector<std::filesystem::path>& owned);
bool is_root();

// Tells systemd ("READY=1", "STOPPING=1"); nothing without NOTIFY_SOCKET.
void notify(std::string_view state);
void notify_reloading(); // "READY=1" follows; for Type=notify-reload the time is in it

// How often systemd wants to hear "WATCHDOG=1" (WATCHDOG_USEC); none if it does not watch this process.
std::optional<std::chrono::microseconds> watchdog_time();

// The page: beside this program, as it is built, or else where it is installed, ../share/nightjar/page (without /proc,
// /usr/share).
std::filesystem::path page_directory();

} // namespace nightjar::process
