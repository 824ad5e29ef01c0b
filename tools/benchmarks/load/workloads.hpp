// The workloads: how many connections, who publishes, how much may be outstanding. Closed loop: a message is only sent
// when another has arrived; but with a rate, when it is due, and its time counts from then on, sent or not. Every
// delivered message is checked for its order.
#pragma once

#include "tools/benchmarks/load/client.hpp"
#include "tools/benchmarks/load/measure.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace nightjar::bench {

struct settings {
    std::string workload = "pairs"; // pairs, fanout, offline, retain, ingest; idle, drain, resume, alerts
    std::string name = "bench";     // client ids begin with it
    target where;
    int pairs = 16;      // or publishers of ingest, or idle connections
    int subscribers = 1; // of each publisher
    int window = 64;     // messages outstanding of each publisher
    int qos = 0;
    int frame = 64;          // bytes of a PUBLISH, header included
    int sensors = 200;       // of ingest and alerts
    double rate = 0;         // messages a second of all publishers of ingest together; 0: as many as the window lets
    int count = 100'000;     // topics of retain, messages of drain and resume, alerts
    bool persistent = false; // subscribers' sessions are kept
    bool shuffle = false;    // connect in random order, so that pairs meet on random workers
    bool subscribe = false;  // idle connections have a subscription each
    double warm = 0.5, seconds = 2;
    int pid = 0; // of the broker
    std::string allocation_file;
};

struct outcome {
    std::uint64_t delivered = 0;
    double seconds = 0;
    std::uint64_t cpu_ns = 0, allocations = 0;
    latencies times;
};

class generator {
  public:
    explicit generator(const settings& s);
    ~generator();
    outcome run(); // throws std::runtime_error if a message is lost or out of order, or nothing moves for five seconds

  private:
    void connect_all();
    void turn(int timeout_ms);
    void top_up(client& publisher);
    std::uint64_t due_at(std::uint64_t number) const; // of a publisher's messages, clock
    void on_packet(client& c, unsigned first, std::string_view body);
    void on_publish(client& c, unsigned first, std::string_view body);
    // The subscribers are not there, or there are none: what counts are acknowledgements.
    bool counts_acknowledgements() const { return settings_.workload != "pairs" && settings_.workload != "fanout"; }
    std::uint64_t progress(const client& publisher) const;
    void touch(client& c);
    void flush_touched();
    void append_message(client& publisher);
    void append_measurement(client& publisher);

    const settings& settings_;
    int epoll_;
    std::vector<std::unique_ptr<client>> clients_;
    std::vector<client*> publishers_;               // by group
    std::vector<std::vector<client*>> subscribers_; // by group
    std::vector<std::uint64_t> slowest_;            // by group: least received by a subscriber
    std::vector<client*> touched_;
    std::vector<bool> is_touched_; // by descriptor
    std::uint64_t delivered_ = 0;
    std::uint64_t read_at_ = 0; // clock of this read
    std::uint64_t began_ = 0;   // clock
    bool measuring_ = false;
    latencies times_;
};

} // namespace nightjar::bench
