#include "broker/plugins/sys_topics/sys_topics.hpp"

#include "broker/plugins/sys_topics/load_average.hpp"

#include <fmt/format.h>

namespace nightjar::plugins::sys_topics {

using nightjar::plugin::statistics;
using nightjar::plugin::system_prefix;

namespace {

struct window {
    std::string_view name;
    double seconds;
};
constexpr window all_windows[] = {{"1min", 60}, {"5min", 300}, {"15min", 900}};

std::string topic(std::string_view below) { return std::string(system_prefix).append(below); }

} // namespace

sys_topics::sys_topics(std::chrono::seconds interval, std::string_view version, std::function<statistics()> snapshot)
    : interval_(interval.count()), version_(fmt::format("nightjar version {}", version)),
      snapshot_(std::move(snapshot)), version_line_{topic("version")}, uptime_{topic("uptime")} {
    for (const auto table : {nightjar::plugin::mosquitto_topics(), nightjar::plugin::own_topics()}) {
        for (const auto& t : table) {
            auto& made = figures_.emplace_back(figure{t.value, {{topic(t.name)}}});
            if (!t.alias.empty()) made.lines.push_back({topic(t.alias)});
        }
    }
    for (const auto& t : nightjar::plugin::load_topics()) {
        auto& made = loads_.emplace_back();
        made.value = t.value;
        for (std::size_t i = 0; i < windows; ++i)
            made.lines[i].topic = topic(fmt::format("load/{}/{}", t.name, all_windows[i].name));
        made.rate_line.topic = topic(fmt::format("rate/{}", t.name));
    }
}

std::uint8_t sys_topics::hooks() const { return std::uint8_t{0} | nightjar::plugin::hook::tick; }

std::int64_t sys_topics::period_of(const host& host) const { return host.now_us() / 1'000'000 / interval_; }

void sys_topics::set_interval(std::chrono::seconds interval) { interval_ = interval.count(); }

void sys_topics::start(host& host) {
    if (host.worker_index() == 0 && interval_ != 0) begin(host);
}

void sys_topics::begin(host& host) {
    const auto now = snapshot_();
    say(host, version_line_, version_);
    for (auto& l : loads_) l.seen = l.value(now);
    looked_ = now.uptime;
    publish(host, now);
    period_ = period_of(host);
}

// Ticks are a second apart and a bit: the first one in a new period counts, wherever in it that is.
void sys_topics::on_tick(host& host) {
    if (host.worker_index() != 0) return;
    if (const bool speaks = !version_line_.said.empty(); interval_ == 0 || !speaks) {
        if (speaks) withdraw(host);
        if (interval_ != 0) begin(host);
        return;
    }
    const auto period = period_of(host);
    if (period == period_ && !soon_.load(std::memory_order_relaxed)) return;
    soon_.store(false, std::memory_order_relaxed);
    period_ = period;
    const auto now = snapshot_();
    look(now);
    publish(host, now);
}

void sys_topics::look(const statistics& now) {
    const double elapsed = std::chrono::duration<double>(now.uptime - looked_).count();
    if (elapsed <= 0) return;
    looked_ = now.uptime;
    for (auto& l : loads_) {
        const auto value = l.value(now);
        l.rate = static_cast<double>(value - l.seen) / elapsed;
        l.seen = value;
        for (std::size_t i = 0; i < windows; ++i)
            l.average[i] = next_average(l.average[i], l.rate * 60, elapsed, all_windows[i].seconds);
    }
}

void sys_topics::publish(host& host, const statistics& now) {
    say(host, uptime_, fmt::format("{} seconds", now.uptime_seconds()));
    for (auto& f : figures_) {
        const auto text = std::to_string(f.value(now));
        for (auto& l : f.lines) say(host, l, text);
    }
    for (auto& l : loads_) {
        for (std::size_t i = 0; i < windows; ++i) say(host, l.lines[i], fmt::format("{:.2f}", l.average[i]));
        say(host, l.rate_line, fmt::format("{:.2f}", l.rate));
    }
}

// A message without payload takes the retained one away [MQTT-3.3.1-10].
void sys_topics::withdraw(host& host) {
    say(host, version_line_, {});
    say(host, uptime_, {});
    for (auto& f : figures_)
        for (auto& l : f.lines) say(host, l, {});
    for (auto& l : loads_) {
        for (auto& average : l.lines) say(host, average, {});
        say(host, l.rate_line, {});
        l.average = {};
    }
}

// mosquitto compares a load with the one before, so that one that falls slowly stays where it was. We compare with what
// was said.
void sys_topics::say(host& host, line& what, std::string_view text) {
    if (what.said == text) return;
    what.said = text;
    host.publish(what.topic, text, codec::qos::exactly_once, true);
}

} // namespace nightjar::plugins::sys_topics
