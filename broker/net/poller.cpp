#include "broker/net/poller.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <system_error>

namespace nightjar::net {

namespace {

using clock = std::chrono::steady_clock;
constexpr std::size_t events_at_once = 512;
// For floods, of a dispatch, beside the read that is under way.
constexpr auto for_floods = std::chrono::microseconds{150}, for_floods_beside_others = std::chrono::microseconds{30};
constexpr std::size_t much = 2000; // bytes; some twenty-five messages of a sensor
constexpr int rounds_per_turn = 8; // then the turn's output is written, whatever still comes in

void control(int set, int operation, int fd, poller::watched* who, std::uint32_t events) {
    epoll_event e{};
    e.events = events;
    e.data.ptr = who;
    if (::epoll_ctl(set, operation, fd, &e) != 0) throw std::system_error(errno, std::generic_category(), "epoll_ctl");
}

} // namespace

poller::poller(asio::io_context& context) : set_(context, ::epoll_create1(EPOLL_CLOEXEC)) { wait(); }

void poller::add(int fd, watched& who, std::uint32_t events) {
    control(set_.native_handle(), EPOLL_CTL_ADD, fd, &who, events);
}

void poller::change(int fd, watched& who, std::uint32_t events) {
    control(set_.native_handle(), EPOLL_CTL_MOD, fd, &who, events);
}

void poller::remove(int fd) { ::epoll_ctl(set_.native_handle(), EPOLL_CTL_DEL, fd, nullptr); }

// A third: a window of 2^n bytes still ends with a read that is not full.
std::size_t poller::may_read(const watched& who, std::size_t room) const {
    return who.floods_ && beside_others() ? room / 3 : room;
}

void poller::has_read(watched& who, std::size_t bytes) {
    who.floods_ = bytes > much;
    if (who.floods_) who.busy_at_ = dispatch_;
}

void poller::has_written(watched& who, std::size_t bytes) {
    if (bytes > much) who.busy_at_ = dispatch_;
}

void poller::has_come(std::size_t bytes) {
    if (bytes <= much) dispatches_since_others_ = 0;
}

void poller::wait() {
    set_.async_wait(asio::posix::stream_descriptor::wait_read, [this](error_code error) {
        if (error) return;
        dispatch();
        wait();
    });
}

// Drains every readable socket before any is written to: messages per write decide the speed. A second round sees what
// came during the first; when it finds little, the turn is over. Who sends much comes last, and in turn with the others
// that do, so that nobody waits behind all of them.
void poller::dispatch() {
    std::array<epoll_event, events_at_once> events;
    floods_.clear();
    bool others = false;
    ++dispatch_;
    for (int round = 0; round < rounds_per_turn; ++round) {
        const int count = ::epoll_wait(set_.native_handle(), events.data(), static_cast<int>(events.size()), 0);
        for (int i = 0; i < count; ++i) {
            const auto& e = events[static_cast<std::size_t>(i)];
            auto& who = *static_cast<watched*>(e.data.ptr);
            if (who.floods_) {
                floods_.push_back(e);
            } else {
                // Not a flood that takes a breath, nor who acknowledges what a flood brings.
                others |= (e.events & EPOLLIN) != 0 && dispatch_ - who.busy_at_ >= others_are_gone;
                who.on_ready(e.events);
            }
        }
        if (count < static_cast<int>(events_at_once) || !floods_.empty()) break; // each flood is listed once
    }
    dispatches_since_others_ = others ? 0 : std::min(dispatches_since_others_ + 1, others_are_gone);
    if (!floods_.empty()) serve_floods();
}

// Those that do not come to their turn are still readable at the next dispatch.
void poller::serve_floods() {
    const auto enough = clock::now() + (beside_others() ? for_floods_beside_others : for_floods);
    for (std::size_t n = 0; n < floods_.size(); ++n) {
        const auto& e = floods_[first_flood_++ % floods_.size()];
        static_cast<watched*>(e.data.ptr)->on_ready(e.events);
        if (clock::now() > enough) return;
    }
}

} // namespace nightjar::net
