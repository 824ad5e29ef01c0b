#include "broker/worker/log_topic.hpp"

#include "broker/worker/worker.hpp"

#include <utility>

#include <fmt/format.h>

namespace nightjar::worker {

namespace {

std::string_view topic_of(log::level at) {
    switch (at) {
    case log::level::error: return "$SYS/broker/log/E";
    case log::level::warning: return "$SYS/broker/log/W";
    case log::level::notice: return "$SYS/broker/log/N";
    case log::level::information: return "$SYS/broker/log/I";
    case log::level::subscribe: return "$SYS/broker/log/M/subscribe";
    case log::level::unsubscribe: return "$SYS/broker/log/M/unsubscribe";
    case log::level::websockets: return "$SYS/broker/log/WS";
    case log::level::debug: break;
    }
    return {};
}

} // namespace

struct log_topic::queue {
    queue(worker& w, std::atomic<std::uint64_t>& d) : on(w), dropped(d) {}

    // On the worker's thread.
    void publish() {
        std::vector<line> now;
        std::uint64_t lost = 0;
        {
            const std::scoped_lock lock(mutex);
            now.swap(lines);
            bytes = 0;
            lost = std::exchange(lost_since, 0);
        }
        for (const auto& l : now) on.publish(topic_of(l.at), l.text, codec::qos::exactly_once, false);
        if (lost > 0) // no line of the log, which would come here again
            on.publish(topic_of(log::level::warning),
                       fmt::format("Warning: {} log lines came too fast and are not published here.", lost),
                       codec::qos::exactly_once, false);
    }

    struct line {
        log::level at;
        std::string text;
    };
    worker& on;
    std::atomic<std::uint64_t>& dropped;
    std::mutex mutex; // guards all below
    std::vector<line> lines;
    std::size_t bytes = 0;
    std::uint64_t lost_since = 0; // the worker last looked
};

log_topic::log_topic(worker& on, std::atomic<std::uint64_t>& dropped) : queue_(std::make_shared<queue>(on, dropped)) {}

log_topic::~log_topic() = default;

void log_topic::write(log::level at, std::string_view line) {
    if (topic_of(at).empty()) return;
    auto& q = *queue_;
    {
        const std::scoped_lock lock(q.mutex);
        if (q.lines.size() >= most_lines || q.bytes + line.size() > most_bytes) {
            ++q.lost_since;
            q.dropped.fetch_add(1, std::memory_order_relaxed);
            return;
        }
        q.lines.push_back({at, std::string(line)});
        q.bytes += line.size();
        if (q.lines.size() > 1) return; // the worker knows
    }
    q.on.post([all = queue_] { all->publish(); });
}

} // namespace nightjar::worker
