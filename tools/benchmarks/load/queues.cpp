#include "tools/benchmarks/load/queues.hpp"

#include "broker/codec/encode.hpp"

#include <array>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <vector>

#include <fmt/format.h>
#include <sys/epoll.h>
#include <unistd.h>

namespace nightjar::bench {

namespace {

constexpr int patience_ms = 10'000;
const char* const topic = "w19/all";

// Anonymous memory of a process in bytes.
std::uint64_t memory(int pid) {
    std::ifstream in(fmt::format("/proc/{}/status", pid));
    for (std::string line; std::getline(in, line);)
        if (line.starts_with("RssAnon:")) return std::stoull(line.substr(8)) * 1024;
    return 0;
}

// Reads all connections until `count` messages have come; acknowledges those with QoS 1.
class reader {
  public:
    reader() : epoll_(::epoll_create1(0)) {}
    ~reader() { ::close(epoll_); }
    reader(const reader&) = delete;
    reader& operator=(const reader&) = delete;

    void add(client& c) {
        epoll_event e{};
        e.events = EPOLLIN;
        e.data.ptr = &c;
        ::epoll_ctl(epoll_, EPOLL_CTL_ADD, c.fd(), &e);
    }

    void read_until(std::uint64_t count) {
        std::array<epoll_event, 512> events;
        while (came_ < count) {
            const int ready = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), patience_ms);
            if (ready <= 0) throw std::runtime_error(fmt::format("{} of {} messages came", came_, count));
            for (int i = 0; i < ready; ++i) {
                auto& c = *static_cast<client*>(events[static_cast<std::size_t>(i)].data.ptr);
                c.read([&](unsigned first, std::string_view body) { on_packet(c, first, body); });
                while (c.flush()) {}
            }
        }
    }

  private:
    void on_packet(client& c, unsigned first, std::string_view body) {
        if (first >> 4 != 3) return;
        ++came_;
        if ((first & 6) == 0) return;
        const auto size =
            static_cast<std::size_t>(static_cast<unsigned char>(body[0]) << 8 | static_cast<unsigned char>(body[1]));
        const char answer[] = {0x40, 2, body[2 + size], body[3 + size]};
        c.out.append(answer, sizeof answer);
    }

    int epoll_;
    std::uint64_t came_ = 0;
};

void publish(const settings& s) {
    client publisher(s.where, role::publisher, 0, "w19-publisher");
    const std::string payload(static_cast<std::size_t>(s.frame) - 4 - 2 - std::string_view(topic).size(), 'x');
    int acknowledged = 0;
    for (int sent = 0; acknowledged < s.count;) {
        for (; sent < s.count && sent - acknowledged < s.window; ++sent)
            codec::append_publish(publisher.out,
                                  {topic, payload, codec::qos::at_least_once, false, false,
                                   static_cast<codec::packet_id>(sent % 65'535 + 1)},
                                  codec::protocol_version::v3_1_1);
        while (publisher.flush()) {}
        publisher.read([&](unsigned first, std::string_view) { acknowledged += first >> 4 == 4; });
    }
}

double rate(std::uint64_t messages, std::uint64_t started) {
    return static_cast<double>(messages) * 1e9 / static_cast<double>(now_ns() - started);
}

std::unique_ptr<client> session(const settings& s, int number) {
    return std::make_unique<client>(s.where, role::subscriber, 0, fmt::format("w19-{}", number), true);
}

} // namespace

std::string drain_retained(const settings& s) {
    client c(s.where, role::subscriber, 0, "w18-reader");
    reader all;
    const auto started = now_ns();
    c.subscribe("#", 0);
    all.add(c);
    all.read_until(static_cast<std::uint64_t>(s.count));
    return fmt::format("{{\"rate\":{:.0f}}}", rate(static_cast<std::uint64_t>(s.count), started));
}

std::string resume_sessions(const settings& s) {
    for (int i = 0; i < s.pairs; ++i) session(s, i)->subscribe(topic, 1);
    const auto before = memory(s.pid);
    publish(s);
    const auto queued = static_cast<std::uint64_t>(s.pairs) * static_cast<std::uint64_t>(s.count);
    const auto each = static_cast<double>(memory(s.pid) - before) / static_cast<double>(queued);
    reader all;
    std::vector<std::unique_ptr<client>> clients;
    const auto started = now_ns();
    for (int i = 0; i < s.pairs; ++i) all.add(*clients.emplace_back(session(s, i)));
    all.read_until(queued);
    return fmt::format("{{\"bytes_per_message\":{:.1f},\"rate\":{:.0f}}}", each, rate(queued, started));
}

} // namespace nightjar::bench
