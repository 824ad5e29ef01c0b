// The built-in plugin that publishes the broker's figures below $SYS/broker/: always there, and silent while
// sys_interval is 0.
//
// Names, texts and times are mosquitto's (plugin/system_topics.hpp): retained, QoS 2, once in `interval` seconds of the
// wall clock, and only what has changed since. Everything is published once at the start, before clients can connect.
// `version` says "nightjar version X": what reads it does so to tell brokers apart.
//
// Ours are, with the same times:
//   $SYS/broker/rate/NAME     per second, over the last interval, "%.2f"; NAME as for load/NAME/1min
//   $SYS/broker/dropped/WHY   the reasons of plugin/drop_reason.hpp
//   $SYS/broker/store/commits, store/commits/failed, store/measurements, store/bytes/used
//   $SYS/broker/config/last_reload_successful                   1 or 0; the start counts as a reload
//   $SYS/broker/config/last_reload_success_timestamp_seconds    since 1970
//
// Worker 0 does all of it.
#pragma once

#include "broker/plugin/plugin.hpp"
#include "broker/plugin/statistics.hpp"
#include "broker/plugin/system_topics.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace nightjar::plugins::sys_topics {

class sys_topics final : public plugin::plugin {
  public:
    // `interval` 0: nothing is published. `snapshot` is called on worker 0's thread and does not block.
    sys_topics(std::chrono::seconds interval, std::string_view version,
               std::function<nightjar::plugin::statistics()> snapshot);

    // Another interval from now on; while worker 0 stands still. 0: what is retained is taken back.
    void set_interval(std::chrono::seconds interval);
    void publish_soon() { soon_.store(true, std::memory_order_relaxed); } // with the next tick; any thread

    std::string_view name() const override { return "builtin:sys_topics"; }
    std::uint8_t hooks() const override;
    void start(nightjar::plugin::host& host) override;
    void on_tick(nightjar::plugin::host& host) override;

  private:
    using host = nightjar::plugin::host;

    struct line {
        std::string topic;
        std::string said = {}; // what was published last; empty: nothing yet
    };
    struct figure {
        std::uint64_t (*value)(const nightjar::plugin::statistics&);
        std::vector<line> lines; // all of its names
    };
    static constexpr std::size_t windows = 3;
    struct load {
        std::uint64_t (*value)(const nightjar::plugin::statistics&);
        std::array<line, windows> lines;
        line rate_line;
        std::uint64_t seen = 0;                // at the last look
        std::array<double, windows> average{}; // per minute
        double rate = 0;                       // per second
    };

    void look(const nightjar::plugin::statistics& now);
    void begin(host& host);
    void publish(host& host, const nightjar::plugin::statistics& now);
    void withdraw(host& host);
    static void say(host& host, line& what, std::string_view text);
    std::int64_t period_of(const host& host) const;

    std::int64_t interval_; // seconds; 0: none
    std::atomic<bool> soon_{false};
    const std::string version_;
    const std::function<nightjar::plugin::statistics()> snapshot_;
    line version_line_, uptime_;
    std::vector<figure> figures_;
    std::vector<load> loads_;
    std::int64_t period_ = 0; // of the wall clock, that the last publication was in
    std::chrono::milliseconds looked_{0};
};

} // namespace nightjar::plugins::sys_topics
