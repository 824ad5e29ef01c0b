// The composition root: command line, conf file, log, broker, signals, ordered end.
#include "broker/broker.hpp"
#include "broker/config/command_line.hpp"
#include "broker/config/reader.hpp"
#include "broker/plugins/sensors/options.hpp"
#include "broker/process.hpp"
#include "storage/store.hpp"
#include "version.hpp"

#include <csignal>
#include <cstdio>
#include <exception>

#include <fmt/format.h>

namespace {

using namespace nightjar;

// Exit statuses, as mosquitto's.
constexpr int clean_end = 0, failed = 1, bad_configuration = 3;

void print_findings(const config::load_result& loaded) {
    for (const auto& f : loaded.findings) fmt::print(stderr, "{}\n", config::format_finding(f));
}

// Signals are taken by sigwait in this thread alone: block them before any other thread exists.
sigset_t block_signals() {
    std::signal(SIGPIPE, SIG_IGN);
    sigset_t set;
    sigemptyset(&set);
    for (const int s : {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2, SIGRTMIN}) sigaddset(&set, s);
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    return set;
}

void wait_for_the_end(const sigset_t& signals, log::logger& log) {
    for (;;) {
        int signal = 0;
        if (sigwait(&signals, &signal) != 0) continue;
        if (signal == SIGTERM || signal == SIGINT) return;
        if (signal == SIGRTMIN || signal == SIGHUP) log.reopen();
        if (signal == SIGHUP)
            log.warning("Warning: SIGHUP reopens the log files only; changes of the configuration need a restart.");
    }
}

int serve(const config::configuration& conf) {
    const auto signals = block_signals();
    log::logger log;
    try {
        log.configure(conf.log);
        log.information("nightjar version {} starting", version);
        if (process::raise_file_limit() < 1024)
            log.warning("Warning: the limit on open files is low; raise `ulimit -n`.");
        const process::pid_file pid(conf.pid_file);
        broker all(conf, log, process::own_directory() / "page");
        process::drop_root(conf.user, storage::store::files_in(conf.persistence_location));
        all.start();
        log.notice("nightjar {} running with {} worker threads, storing in {}", version, all.workers(),
                   conf.persistence_location);
        process::notify("READY=1");
        wait_for_the_end(signals, log);
        process::notify("STOPPING=1");
        log.notice("nightjar version {} terminating", version);
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
    auto loaded = config::load(line.options);
    for (const auto& p : loaded.conf.plugins) plugins::sensors::read_options(p, loaded.findings);
    print_findings(loaded);
    if (!loaded.ok()) return bad_configuration;
    if (line.test_config) {
        fmt::print(stderr, "Configuration file is OK.\n");
        return clean_end;
    }
    if (line.quiet) loaded.conf.log.destinations.clear();
    try {
        if (line.daemonize) process::daemonize();
    } catch (const std::exception& e) {
        fmt::print(stderr, "Error: {}\n", e.what());
        return failed;
    }
    return serve(loaded.conf);
}
