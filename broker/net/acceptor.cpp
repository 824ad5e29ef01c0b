#include "broker/net/acceptor.hpp"

#include <cerrno>
#include <cstring>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace nightjar::net {

namespace {

constexpr int accepts_per_turn = 64; // then others have their turn
constexpr auto pause_without_descriptors = std::chrono::milliseconds{100};

// Who is at the other end of a unix domain socket.
peer_address local_peer(int fd) {
    ucred who{};
    socklen_t size = sizeof who;
    ::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &size);
    return {{}, 0, peer_address::family::unix_socket, who.uid};
}

peer_address address_of(const sockaddr_storage& from) {
    if (from.ss_family == AF_INET6) {
        const auto& v6 = reinterpret_cast<const sockaddr_in6&>(from);
        asio::ip::address_v6::bytes_type bytes;
        std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
        return {unmapped(asio::ip::address_v6(bytes)), ntohs(v6.sin6_port)};
    }
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(from);
    return {asio::ip::address_v4(ntohl(v4.sin_addr.s_addr)), ntohs(v4.sin_port)};
}

} // namespace

acceptor::acceptor(asio::io_context& context, const config::listener& listener, const config::configuration& conf,
                   listening_socket socket, log::logger& log)
    : socket_(context, socket.socket.release()), pause_(context), settings_(listener), conf_(conf),
      place_(std::move(socket)), log_(log), gate_(context, listener, log) {}

void acceptor::start(accepted on_accepted) {
    on_accepted_ = std::move(on_accepted);
    gate_.start([this](arrival who) { on_accepted_(std::move(who)); });
    wait();
}

void acceptor::stop() {
    on_accepted_ = nullptr;
    gate_.stop();
    pause_.cancel();
    error_code ignored;
    socket_.close(ignored);
    const auto removed = std::move(place_.file);
}

void acceptor::share_port(bool on) {
    const int value = on ? 1 : 0;
    ::setsockopt(socket_.native_handle(), SOL_SOCKET, SO_REUSEPORT, &value, sizeof value);
}

void acceptor::wait() {
    socket_.async_wait(asio::posix::descriptor_base::wait_read, [self = shared_from_this()](error_code error) {
        if (!error && self->on_accepted_) self->accept_all();
    });
}

void acceptor::take(descriptor socket, const sockaddr_storage& from) {
    const bool local = from.ss_family == AF_UNIX;
    const int on = conf_.set_tcp_nodelay ? 1 : 0;
    if (!local) ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const auto peer = local ? local_peer(socket.get()) : address_of(from);
    if (settings_.proxy_protocol != 0) return gate_.take({std::move(socket), peer});
    on_accepted_({std::move(socket), peer});
}

void acceptor::accept_all() {
    for (int i = 0; i < accepts_per_turn; ++i) {
        sockaddr_storage from{};
        socklen_t size = sizeof from;
        descriptor fd(::accept4(socket_.native_handle(), reinterpret_cast<sockaddr*>(&from), &size,
                                SOCK_NONBLOCK | SOCK_CLOEXEC));
        if (fd) {
            out_of_descriptors_ = false;
            take(std::move(fd), from);
        } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
            return pause();
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            break;
        }
    }
    wait();
}

void acceptor::pause() {
    if (!std::exchange(out_of_descriptors_, true))
        log_.error("Error: no file descriptors left; not accepting for now ({}).", std::strerror(errno));
    pause_.expires_after(pause_without_descriptors);
    pause_.async_wait([self = shared_from_this()](error_code error) {
        if (!error && self->on_accepted_) self->accept_all();
    });
}

std::vector<acceptor_ptr> open_acceptors(asio::io_context& context, const config::listener& listener,
                                         const config::configuration& conf, log::logger& log, bool share_port) {
    std::vector<acceptor_ptr> opened;
    for (auto& socket : listen_on(listener, log, share_port))
        opened.push_back(std::make_shared<acceptor>(context, listener, conf, std::move(socket), log));
    return opened;
}

} // namespace nightjar::net
