// The composition root: command line, conf file, log, broker, signals, ordered end.
#include "broker/broker.hpp"
#include "broker/config/command_line.hpp"
#include "broker/config/reader.hpp"
#include "broker/process.hpp"
#include "broker/watchdog.hpp"
#include "broker/worker/heap.hpp"
#include "storage/store.hpp"
#include "version.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <vector>

#include <fmt/format.h>

namespace {

using namespace nightjar;

// Exit statuses, as mosquitto's.
constexpr int clean_end = 0, failed = 1, bad_configuration = 3;

void print_findings(const config::load_result& loaded) {
    for (const auto& f : loaded.findings) fmt::print(stderr, "{}\n", config::format_finding(f));
}

// Signals are taken by sigtimedwait in this thread alone: block them before any other thread exists, which inherits it.
// Those of a fault stay free in every thread (storage/crash_mark.hpp).
sigset_t block_signals() {
    std::signal(SIGPIPE, SIG_IGN);
    sigset_t set;
    sigemptyset(&set);
    for (const int s : {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2, SIGRTMIN}) sigaddset(&set, s);
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    return set;
}

void reload(broker& all, const config::load_options& options) {
    process::notify_reloading();
    all.reload(options);
    process::notify("READY=1");
}

// The next signal; none after that time.
int wait_for_signal(const sigset_t& signals, watchdog::clock::duration longest) {
    const auto left = std::max<std::chrono::nanoseconds>(longest, std::chrono::nanoseconds(0)).count();
    constexpr long second = 1'000'000'000;
    const timespec time{left / second, left % second};
    return std::max(::sigtimedwait(&signals, nullptr, &time), 0);
}

void wait_for_the_end(const sigset_t& signals, broker& all, const config::load_options& options, log::logger& log) {
    const auto watched = process::watchdog_time();
    const auto time = watched.value_or(std::chrono::hours(24));
    watchdog dog(all.threads(), time, log);
    for (auto next_beat = watchdog::clock::now();;) {
        const auto now = watchdog::clock::now();
        if (watched && now >= next_beat) {
            next_beat = now + time / 2;
            if (dog.all_alive(now)) process::notify("WATCHDOG=1");
        }
        const int signal = wait_for_signal(signals, watched ? next_beat - now : time);
        if (signal == SIGTERM || signal == SIGINT) return;
        if (signal == SIGRTMIN || signal == SIGHUP) log.reopen();
        if (signal == SIGHUP) reload(all, options);
    }
}

// What the user that we become has to write: store, pid file, unix sockets. The store's directory too if we have made
// it; any other may be somebody's home.
std::vector<std::filesystem::path> files_of(const config::configuration& conf, bool made_directory) {
    auto all = storage::store::files_in(conf.persistence_location);
    if (!conf.pid_file.empty()) all.emplace_back(conf.pid_file);
    for (const auto& l : conf.listeners)
        if (!l.unix_path.empty()) all.emplace_back(l.unix_path);
    if (made_directory) all.emplace_back(conf.persistence_location);
    return all;
}

int serve(prepared ready, const config::load_options& options) {
    const auto signals = block_signals();
    log::logger log;
    try {
        log.configure(ready.loaded.conf.log);
        const bool json = ready.loaded.conf.log.format == config::log_format::json;
        if (json) write_findings(ready.loaded.findings, log);
        const auto user = process::user_to_become(ready.loaded.conf.user);
        if (process::is_root() && !user) log.warning("Warning: nightjar should not be run as root/administrator.");
        log.information("nightjar version {} starting", version);
        if (options.file.empty()) {
            log.information("Using default config.");
        } else {
            log.information("Config loaded from {}.", options.file);
        }
        if (process::raise_file_limit() < 1024)
            log.warning("Warning: the limit on open files is low; raise `ulimit -n`.");
        std::error_code unknown;
        const bool made_directory = !std::filesystem::exists(ready.loaded.conf.persistence_location, unknown);
        broker all(std::move(ready), log, process::page_directory());
        const auto& conf = all.configuration();
        const process::pid_file pid(conf.pid_file); // now that store and ports are ours, and not another broker's
        if (user) {
            log.give_to(user->id, user->group);
            process::become(*user, files_of(conf, made_directory));
        }
        all.start();
        log.information("{} worker thread{}, storing in {}{}", all.workers(), all.workers() == 1 ? "" : "s",
                        conf.persistence_location, user ? fmt::format(", as user {}", user->name) : "");
        log.information("nightjar version {} running", version);
        process::notify("READY=1");
        wait_for_the_end(signals, all, options, log);
        process::notify("STOPPING=1");
        log.information("nightjar version {} terminating", version);
        all.stop();
        return all.broken() ? failed : clean_end;
    } catch (const std::exception& e) {
        log.error("Error: {}", e.what());
        return failed;
    }
}

} // namespace

int main(int argc, char** argv) {
    const auto line = config::parse_command_line(argc, argv);
    if (line.exit_status) {
        fmt::print(*line.exit_status == 0 ? stdout : stderr, "{}", line.text);
        return *line.exit_status;
    }
    auto ready = prepare(line.options);
    auto& loaded = ready.loaded;
    // What is to read JSON reads nothing else.
    if (!loaded.ok() || line.test_config || loaded.conf.log.format == config::log_format::text) print_findings(loaded);
    if (!loaded.ok()) return bad_configuration;
    if (line.test_config) {
        fmt::print(stderr, "Configuration file is OK.\n");
        return clean_end;
    }
    try {
        if (line.daemonize) process::daemonize();
    } catch (const std::exception& e) {
        fmt::print(stderr, "Error: {}\n", e.what());
        return failed;
    }
    worker::give_unused_memory_back();
    return serve(std::move(ready), line.options);
}
