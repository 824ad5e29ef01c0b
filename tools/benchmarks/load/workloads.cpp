#include "tools/benchmarks/load/workloads.hpp"

#include "broker/codec/encode.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <numeric>
#include <random>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>
#include <sys/epoll.h>
#include <unistd.h>

namespace nightjar::bench {

namespace {

constexpr std::uint64_t second = 1'000'000'000;

std::string topic_of(std::uint32_t group) { return fmt::format("b/{:05}", group); }

struct stamp { // at the beginning of each payload
    std::uint64_t sequence, sent_at;
};

} // namespace

generator::generator(const settings& s) : settings_(s), epoll_(::epoll_create1(0)), is_touched_(65'536) {}

generator::~generator() { ::close(epoll_); }

void generator::connect_all() {
    const auto groups = static_cast<std::size_t>(settings_.pairs);
    const bool heard = settings_.workload != "ingest" && settings_.workload != "retain";
    const int listeners = heard ? settings_.subscribers : 0;
    publishers_.resize(groups);
    subscribers_.resize(groups);
    slowest_.resize(groups);
    std::vector<int> order(groups * static_cast<std::size_t>(listeners + 1));
    std::iota(order.begin(), order.end(), 0);
    if (settings_.shuffle) std::shuffle(order.begin(), order.end(), std::mt19937(42));
    for (const int n : order) {
        const auto group = static_cast<std::uint32_t>(n / (listeners + 1));
        const bool publishes = n % (listeners + 1) == 0;
        auto c = std::make_unique<client>(settings_.where, publishes ? role::publisher : role::subscriber, group,
                                          fmt::format("{}-{}", settings_.name, n), settings_.persistent && !publishes);
        if (publishes) {
            publishers_[group] = c.get();
        } else {
            c->subscribe(topic_of(group), settings_.qos);
            if (settings_.workload == "offline") continue; // it leaves
            subscribers_[group].push_back(c.get());
        }
        epoll_event e{};
        e.events = EPOLLIN;
        e.data.ptr = c.get();
        ::epoll_ctl(epoll_, EPOLL_CTL_ADD, c->fd(), &e);
        clients_.push_back(std::move(c));
    }
}

outcome generator::run() {
    connect_all();
    began_ = now_ns();
    for (auto* p : publishers_) top_up(*p);
    flush_touched();
    const auto begin = now_ns() + static_cast<std::uint64_t>(settings_.warm * static_cast<double>(second));
    const int longest_turn = settings_.rate > 0 ? 1 : 100; // ms
    while (now_ns() < begin) turn(longest_turn);
    outcome result;
    const auto delivered = delivered_;
    const auto cpu = cpu_ns(settings_.pid), allocated = allocations(settings_.allocation_file), started = now_ns();
    measuring_ = true;
    const auto end = started + static_cast<std::uint64_t>(settings_.seconds * static_cast<double>(second));
    auto last_progress = started;
    for (auto seen = delivered_; now_ns() < end;) {
        turn(longest_turn);
        if (delivered_ != seen) {
            seen = delivered_;
            last_progress = now_ns();
        } else if (now_ns() - last_progress > 5 * second) {
            throw std::runtime_error("nothing was delivered for five seconds");
        }
    }
    result.delivered = delivered_ - delivered;
    result.cpu_ns = cpu_ns(settings_.pid) - cpu;
    result.allocations = allocations(settings_.allocation_file) - allocated;
    result.seconds = static_cast<double>(now_ns() - started) / static_cast<double>(second);
    result.times = times_;
    return result;
}

void generator::turn(int timeout_ms) {
    std::array<epoll_event, 512> events;
    const int count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), timeout_ms);
    for (int i = 0; i < count; ++i) {
        auto& c = *static_cast<client*>(events[static_cast<std::size_t>(i)].data.ptr);
        if ((events[static_cast<std::size_t>(i)].events & EPOLLOUT) != 0) touch(c);
        read_at_ = now_ns();
        c.read([&](unsigned first, std::string_view body) { on_packet(c, first, body); });
        if (publishers_[c.group()] != nullptr) top_up(*publishers_[c.group()]);
    }
    if (settings_.rate > 0)
        for (auto* p : publishers_) top_up(*p);
    flush_touched();
}

void generator::on_packet(client& c, unsigned first, std::string_view body) {
    switch (first >> 4) {
    case 3: return on_publish(c, first, body);
    case 4: // PUBACK
        ++c.acknowledged;
        if (!counts_acknowledgements()) return;
        ++delivered_;
        if (measuring_) times_.add(read_at_ - c.flying.front());
        c.flying.pop_front();
        return;
    default: throw std::runtime_error("an unexpected packet came");
    }
}

void generator::on_publish(client& c, unsigned first, std::string_view body) {
    const auto topic =
        static_cast<std::size_t>(static_cast<unsigned char>(body[0]) << 8 | static_cast<unsigned char>(body[1]));
    const bool with_id = (first & 6) != 0;
    const auto payload = body.substr(2 + topic + (with_id ? 2 : 0));
    stamp s{};
    std::memcpy(&s, payload.data(), sizeof s);
    if (s.sequence != c.received++) throw std::runtime_error("a message is lost or out of order");
    ++delivered_;
    if (measuring_) times_.add(read_at_ - s.sent_at);
    if (with_id) { // PUBACK with the same id
        const char answer[] = {0x40, 2, body[2 + topic], body[3 + topic]};
        c.out.append(answer, 4);
        touch(c);
    }
    auto& slowest = slowest_[c.group()];
    if (subscribers_[c.group()].size() == 1) {
        slowest = c.received;
    } else if (c.received == slowest + 1) {
        slowest = (*std::min_element(subscribers_[c.group()].begin(), subscribers_[c.group()].end(),
                                     [](const client* a, const client* b) { return a->received < b->received; }))
                      ->received;
    }
}

// How many of a publisher's messages are done.
std::uint64_t generator::progress(const client& publisher) const {
    if (counts_acknowledgements()) return publisher.acknowledged;
    const auto arrived = slowest_[publisher.group()];
    return settings_.qos == 0 || settings_.where.relay ? arrived : std::min(arrived, publisher.acknowledged);
}

std::uint64_t generator::due_at(std::uint64_t number) const {
    if (settings_.rate <= 0) return 0;
    const auto step = static_cast<double>(second) * settings_.pairs / settings_.rate;
    return began_ + static_cast<std::uint64_t>(static_cast<double>(number) * step);
}

void generator::top_up(client& publisher) {
    const auto allowed = progress(publisher) + static_cast<std::uint64_t>(settings_.window);
    const auto now = now_ns();
    if (publisher.sent >= allowed || due_at(publisher.sent) > now) return;
    while (publisher.sent < allowed && due_at(publisher.sent) <= now) {
        const auto due = settings_.rate > 0 ? due_at(publisher.sent) : now_ns();
        if (settings_.workload == "ingest") {
            append_measurement(publisher);
        } else {
            append_message(publisher);
        }
        ++publisher.sent;
        if (counts_acknowledgements()) publisher.flying.push_back(due);
    }
    touch(publisher);
}

void generator::append_message(client& publisher) {
    const bool retain = settings_.workload == "retain";
    const auto number = publisher.sent * static_cast<std::uint64_t>(settings_.pairs) + publisher.group();
    const auto topic = retain ? fmt::format("w18/{:07}", number % static_cast<std::uint64_t>(settings_.count))
                              : topic_of(publisher.group());
    const auto overhead = 4 + topic.size() + (settings_.qos > 0 ? 2U : 0U) + (settings_.frame > 129 ? 1U : 0U);
    std::string payload(std::max(sizeof(stamp), static_cast<std::size_t>(settings_.frame) - overhead), 'x');
    const stamp s{publisher.sent, now_ns()};
    std::memcpy(payload.data(), &s, sizeof s);
    const auto id =
        settings_.qos > 0 ? static_cast<codec::packet_id>(publisher.sent % 65'535 + 1) : codec::packet_id{0};
    codec::append_publish(publisher.out, {topic, payload, static_cast<codec::qos>(settings_.qos), retain, false, id},
                          codec::protocol_version::v3_1_1);
}

void generator::append_measurement(client& publisher) {
    const auto sensor = (publisher.sent * static_cast<std::uint64_t>(settings_.pairs) + publisher.group()) %
                        static_cast<std::uint64_t>(settings_.sensors);
    const auto payload = fmt::format(R"({{"sensor_id":{},"type":"light","value":{},"unit":"V"}})", sensor + 1,
                                     static_cast<double>(publisher.sent % 1000) / 100);
    const auto id = static_cast<codec::packet_id>(publisher.sent % 65'535 + 1);
    codec::append_publish(publisher.out, {"iot/measurements", payload, codec::qos::at_least_once, false, false, id},
                          codec::protocol_version::v3_1_1);
}

void generator::touch(client& c) {
    if (is_touched_[static_cast<std::size_t>(c.fd())]) return;
    is_touched_[static_cast<std::size_t>(c.fd())] = true;
    touched_.push_back(&c);
}

void generator::flush_touched() {
    for (auto* c : touched_) {
        is_touched_[static_cast<std::size_t>(c->fd())] = false;
        epoll_event e{};
        e.data.ptr = c;
        if (c->flush()) {
            e.events = EPOLLIN | EPOLLOUT;
            ::epoll_ctl(epoll_, EPOLL_CTL_MOD, c->fd(), &e);
            c->waits = true;
        } else if (std::exchange(c->waits, false)) {
            e.events = EPOLLIN;
            ::epoll_ctl(epoll_, EPOLL_CTL_MOD, c->fd(), &e);
        }
    }
    touched_.clear();
}

} // namespace nightjar::bench
