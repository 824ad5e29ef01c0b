// nightjar-load: drives one broker (or the relay) with one workload and prints one line of JSON.
#include "broker/worker/short_slices.hpp"
#include "tools/benchmarks/load/alerts.hpp"
#include "tools/benchmarks/load/queues.hpp"

#include <cstdio>
#include <exception>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

using namespace nightjar::bench;

namespace {

// Opens the connections, tells that they are there, and holds them until its standard input ends.
void hold_idle(const settings& s) {
    std::vector<std::unique_ptr<client>> clients;
    for (int i = 0; i < s.pairs; ++i) {
        clients.push_back(std::make_unique<client>(s.where, role::subscriber, 0, fmt::format("idle-{}", i)));
        if (s.subscribe) clients.back()->subscribe(fmt::format("idle/topic/{}", i), 0);
    }
    fmt::print("{{\"idle\":{}}}\n", clients.size());
    std::fflush(stdout);
    while (std::getchar() != EOF) {}
}

void print(const outcome& o) {
    const auto n = static_cast<double>(o.delivered == 0 ? 1 : o.delivered);
    fmt::print("{{\"delivered\":{},\"seconds\":{:.3f},\"rate\":{:.0f},\"cpu_ns\":{:.1f},\"allocations\":{:.5f},"
               "\"p50_us\":{:.1f},\"p99_us\":{:.1f},\"p999_us\":{:.1f},\"longest_us\":{:.1f}}}\n",
               o.delivered, o.seconds, static_cast<double>(o.delivered) / o.seconds, static_cast<double>(o.cpu_ns) / n,
               static_cast<double>(o.allocations) / n, o.times.percentile_us(0.5), o.times.percentile_us(0.99),
               o.times.percentile_us(0.999), o.times.longest_us());
}

} // namespace

int main(int argc, char** argv) {
    settings s;
    CLI::App app{"drives a broker on this machine with a workload", "nightjar-load"};
    app.add_option("--workload", s.workload)
        ->check(CLI::IsMember({"pairs", "fanout", "offline", "retain", "ingest", "idle", "drain", "resume", "alerts"}));
    app.add_option("--port", s.where.port)->required();
    app.add_option("--name", s.name);
    app.add_flag("--relay", s.where.relay);
    app.add_option("--password", s.where.password, "of all users, who are called as their client ids");
    app.add_option("--pairs", s.pairs)->check(CLI::Range(1, 30'000));
    app.add_option("--subscribers", s.subscribers)->check(CLI::Range(1, 2'000));
    app.add_option("--window", s.window)->check(CLI::Range(1, 60'000));
    app.add_option("--qos", s.qos)->check(CLI::Range(0, 1));
    app.add_option("--frame", s.frame)->check(CLI::Range(40, 1'000'000));
    app.add_option("--sensors", s.sensors)->check(CLI::Range(1, 10'000));
    app.add_option("--rate", s.rate, "messages a second of ingest, however long acknowledgements take")
        ->check(CLI::Range(0.0, 1e6));
    app.add_option("--count", s.count)->check(CLI::Range(1, 10'000'000));
    app.add_flag("--persistent", s.persistent);
    app.add_flag("--shuffle", s.shuffle);
    app.add_flag("--subscribe", s.subscribe);
    app.add_option("--warm", s.warm)->check(CLI::Range(0.0, 60.0));
    app.add_option("--seconds", s.seconds)->check(CLI::Range(0.1, 60.0));
    app.add_option("--pid", s.pid);
    app.add_option("--allocations", s.allocation_file);
    CLI11_PARSE(app, argc, argv);
    // A client elsewhere does not queue for this machine's cores; the one that floods the broker may.
    if (s.workload != "retain") nightjar::worker::take_short_slices();
    try {
        if (s.workload == "idle") {
            hold_idle(s);
        } else if (s.workload == "drain") {
            fmt::print("{}\n", drain_retained(s));
        } else if (s.workload == "resume") {
            fmt::print("{}\n", resume_sessions(s));
        } else if (s.workload == "alerts") {
            fmt::print("{}\n", time_alerts(s));
        } else {
            generator g(s);
            print(g.run());
        }
    } catch (const std::exception& e) {
        fmt::print(stderr, "nightjar-load: {}\n", e.what());
        return 1;
    }
    return 0;
}
