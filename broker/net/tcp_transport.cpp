#include "broker/net/tcp_transport.hpp"

#include <algorithm>
#include <cerrno>

#include <sys/epoll.h>
#include <sys/socket.h>

namespace nightjar::net {

tcp_transport::tcp_transport(descriptor socket) : socket_(std::move(socket)) {}

void tcp_transport::attach(const transport_home& home) {
    poller_ = &home.ready;
    read_buffer_ = home.read_buffer;
}

void tcp_transport::start(transport_events& events) {
    events_ = &events;
    poller_->add(socket_.get(), *this, wanted());
}

void tcp_transport::on_ready(std::uint32_t events) {
    if (events_ == nullptr) return; // closed earlier in this turn
    if (waiting_output_ != nullptr && (events & EPOLLOUT) != 0) {
        if (!write(*waiting_output_)) return lost("connection lost");
        if (waiting_output_->empty()) {
            waiting_output_ = nullptr;
            watch();
            events_->on_drained();
        }
    }
    if (events_ == nullptr) return;
    if ((events & EPOLLIN) != 0 && !paused_) {
        read();
    } else if ((events & (EPOLLHUP | EPOLLERR)) != 0) {
        lost("connection reset by client");
    }
}

void tcp_transport::read() {
    const auto size =
        ::recv(socket_.get(), read_buffer_.data(), poller_->may_read(*this, read_buffer_.size()), MSG_DONTWAIT);
    note_read(static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
    if (size > 0) return events_->on_bytes({read_buffer_.data(), static_cast<std::size_t>(size)});
    if (size == 0) return lost("connection closed by client");
    if (errno != EAGAIN && errno != EINTR) lost(errno == ECONNRESET ? "connection reset by client" : "connection lost");
}

void tcp_transport::pause_reading(bool paused) {
    paused_ = paused;
    if (events_ != nullptr) watch();
}

std::uint32_t tcp_transport::wanted() const {
    return (paused_ ? 0U : static_cast<std::uint32_t>(EPOLLIN)) |
           (waiting_output_ != nullptr ? static_cast<std::uint32_t>(EPOLLOUT) : 0U);
}

void tcp_transport::watch() { poller_->change(socket_.get(), *this, wanted()); }

void tcp_transport::flush(output_queue& output) {
    if (waiting_output_ != nullptr || events_ == nullptr) return;
    if (!write(output)) return lost("connection lost");
    if (output.empty()) return;
    waiting_output_ = &output;
    watch();
}

bool tcp_transport::write(output_queue& output) {
    const auto before = output.size();
    const bool written = write_some(output);
    poller_->has_written(*this, before - output.size());
    return written;
}

bool tcp_transport::write_some(output_queue& output) {
    constexpr std::size_t batch = 64;
    iovec parts[batch];
    while (!output.empty()) {
        const auto count = output.gather(parts, batch);
        msghdr message{};
        message.msg_iov = parts;
        message.msg_iovlen = count;
        std::size_t wanted = 0;
        for (std::size_t i = 0; i < count; ++i) wanted += parts[i].iov_len;
        const auto size = ::sendmsg(socket_.get(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (size < 0) return errno == EAGAIN || errno == EINTR;
        output.consume(static_cast<std::size_t>(size));
        if (static_cast<std::size_t>(size) < wanted) return true; // the socket is full
    }
    return true;
}

void tcp_transport::lost(std::string_view cause) {
    auto* events = events_;
    close();
    if (events != nullptr) events->on_lost(cause);
}

void tcp_transport::close() {
    events_ = nullptr;
    waiting_output_ = nullptr;
    socket_ = descriptor(); // leaves the poller by itself
}

void tcp_transport::detach() {
    paused_ = false; // the next owner begins to read
    events_ = nullptr;
    poller_->remove(socket_.get());
    poller_ = nullptr;
}

} // namespace nightjar::net
