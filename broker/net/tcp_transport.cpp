#include "broker/net/tcp_transport.hpp"

#include <cerrno>

#include <sys/socket.h>

namespace nightjar::net {

struct tcp_transport::read_handler {
    using allocator_type = handler_allocator<void, 144>;
    boost::intrusive_ptr<tcp_transport> self;

    allocator_type get_allocator() const { return allocator_type(self->read_memory_); }
    void operator()(error_code error) const { self->on_readable(error); }
};

tcp_transport::tcp_transport(tcp_socket socket, std::span<char> read_buffer)
    : socket_(std::move(socket)), read_buffer_(read_buffer) {}

void tcp_transport::start(transport_events& events) {
    events_ = &events;
    wait_readable();
}

void tcp_transport::wait_readable() {
    if (read_waits_ || paused_ || events_ == nullptr) return;
    read_waits_ = true;
    socket_.async_wait(tcp_socket::wait_read, read_handler{this});
}

void tcp_transport::on_readable(error_code error) {
    read_waits_ = false;
    if (error || events_ == nullptr || paused_) return;
    const auto size = ::recv(socket_.native_handle(), read_buffer_.data(), read_buffer_.size(), MSG_DONTWAIT);
    if (size > 0) {
        events_->on_bytes({read_buffer_.data(), static_cast<std::size_t>(size)});
    } else if (size == 0) {
        return lost("connection closed by client");
    } else if (errno != EAGAIN && errno != EINTR) {
        return lost(errno == ECONNRESET ? "connection reset by client" : "connection lost");
    }
    wait_readable();
}

void tcp_transport::pause_reading(bool paused) {
    paused_ = paused;
    if (!paused) wait_readable();
}

void tcp_transport::flush(output_queue& output) {
    if (write_waits_ || events_ == nullptr) return;
    if (!write_some(output)) return lost("connection lost");
    if (!output.empty()) wait_writable(output);
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
        const auto size = ::sendmsg(socket_.native_handle(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (size < 0) return errno == EAGAIN || errno == EINTR;
        output.consume(static_cast<std::size_t>(size));
        if (static_cast<std::size_t>(size) < wanted) return true; // the socket is full
    }
    return true;
}

void tcp_transport::wait_writable(output_queue& output) {
    write_waits_ = true;
    socket_.async_wait(tcp_socket::wait_write,
                       [self = boost::intrusive_ptr<tcp_transport>(this), &output](error_code error) {
                           self->on_writable(error, output);
                       });
}

void tcp_transport::on_writable(error_code error, output_queue& output) {
    write_waits_ = false;
    if (error || events_ == nullptr) return; // closed: `output` may be gone
    if (!write_some(output)) return lost("connection lost");
    if (!output.empty()) return wait_writable(output);
    events_->on_drained();
}

void tcp_transport::lost(std::string_view cause) {
    if (auto* events = std::exchange(events_, nullptr)) {
        error_code ignored;
        socket_.close(ignored);
        events->on_lost(cause);
    }
}

void tcp_transport::close() {
    events_ = nullptr;
    error_code ignored;
    socket_.close(ignored);
}

void tcp_transport::detach() {
    events_ = nullptr;
    error_code ignored;
    v6_ = socket_.local_endpoint(ignored).address().is_v6();
    moving_ = descriptor(socket_.release(ignored));
}

void tcp_transport::attach(asio::io_context& context, std::span<char> read_buffer) {
    const auto protocol = v6_ ? asio::ip::tcp::v6() : asio::ip::tcp::v4();
    socket_ = tcp_socket(context, protocol, moving_.release());
    read_buffer_ = read_buffer;
}

} // namespace nightjar::net
