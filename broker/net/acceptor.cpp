#include "broker/net/acceptor.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>

#include <boost/asio/ip/v6_only.hpp>
#include <fmt/format.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace nightjar::net {

namespace {

constexpr int backlog = 4096;
constexpr int accepts_per_turn = 64; // then others have their turn
constexpr auto pause_without_descriptors = std::chrono::milliseconds{100};

peer_address address_of(const sockaddr_storage& from) {
    if (from.ss_family == AF_INET6) {
        const auto& v6 = reinterpret_cast<const sockaddr_in6&>(from);
        asio::ip::address_v6::bytes_type bytes;
        std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
        const asio::ip::address_v6 address(bytes);
        if (address.is_v4_mapped())
            return {asio::ip::make_address_v4(asio::ip::v4_mapped, address), ntohs(v6.sin6_port)};
        return {address, ntohs(v6.sin6_port)};
    }
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(from);
    return {asio::ip::address_v4(ntohl(v4.sin_addr.s_addr)), ntohs(v4.sin_port)};
}

// Throws std::runtime_error if there is none.
std::vector<asio::ip::tcp::endpoint> endpoints_of(const config::listener& listener) {
    using asio::ip::tcp;
    std::vector<tcp::endpoint> result;
    if (listener.bind_address.empty()) {
        if (listener.domain != config::socket_domain::ipv6) result.emplace_back(tcp::v4(), listener.port);
        if (listener.domain != config::socket_domain::ipv4) result.emplace_back(tcp::v6(), listener.port);
        return result;
    }
    asio::io_context context;
    tcp::resolver resolver(context);
    error_code error;
    const auto found = resolver.resolve(listener.bind_address, std::to_string(listener.port),
                                        tcp::resolver::passive | tcp::resolver::numeric_service, error);
    for (const auto& entry : found) {
        const auto endpoint = entry.endpoint();
        if (listener.domain == config::socket_domain::ipv4 && endpoint.address().is_v6()) continue;
        if (listener.domain == config::socket_domain::ipv6 && endpoint.address().is_v4()) continue;
        if (std::find(result.begin(), result.end(), endpoint) == result.end()) result.push_back(endpoint);
    }
    if (result.empty())
        throw std::runtime_error(fmt::format("cannot listen on \"{}\" port {}: {}", listener.bind_address,
                                             listener.port,
                                             error ? error.message() : "no address of the wanted socket_domain"));
    return result;
}

} // namespace

acceptor::acceptor(asio::io_context& context, const config::listener& where, const asio::ip::tcp::endpoint& endpoint,
                   bool no_delay, log::logger& log)
    : acceptor_(context), pause_(context), settings_(where), no_delay_(no_delay), log_(log) {
    try {
        acceptor_.open(endpoint.protocol());
        acceptor_.set_option(asio::socket_base::reuse_address(true));
        if (endpoint.address().is_v6()) acceptor_.set_option(asio::ip::v6_only(true));
        acceptor_.bind(endpoint);
        acceptor_.listen(backlog);
        acceptor_.non_blocking(true);
    } catch (const boost::system::system_error& e) {
        throw std::runtime_error(fmt::format("cannot listen on {} port {}: {}", endpoint.address().to_string(),
                                             endpoint.port(), e.code().message()));
    }
}

void acceptor::start(accepted on_accepted) {
    on_accepted_ = std::move(on_accepted);
    wait();
}

void acceptor::stop() {
    error_code ignored;
    acceptor_.close(ignored);
    pause_.cancel();
}

void acceptor::wait() {
    acceptor_.async_wait(asio::socket_base::wait_read, [this](error_code error) {
        if (!error) accept_all();
    });
}

void acceptor::accept_all() {
    for (int i = 0; i < accepts_per_turn; ++i) {
        sockaddr_storage from{};
        socklen_t size = sizeof from;
        descriptor fd(::accept4(acceptor_.native_handle(), reinterpret_cast<sockaddr*>(&from), &size,
                                SOCK_NONBLOCK | SOCK_CLOEXEC));
        if (fd) {
            out_of_descriptors_ = false;
            const int on = no_delay_ ? 1 : 0;
            ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
            on_accepted_(std::move(fd), address_of(from));
            continue;
        }
        if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
            if (!std::exchange(out_of_descriptors_, true))
                log_.error("Error: no file descriptors left; not accepting for now ({}).", std::strerror(errno));
            pause_.expires_after(pause_without_descriptors);
            return pause_.async_wait([this](error_code error) {
                if (!error) accept_all();
            });
        }
        if (errno == EAGAIN || errno == EWOULDBLOCK) break;
    }
    wait();
}

std::vector<std::unique_ptr<acceptor>> open_acceptors(asio::io_context& context, const config::listener& listener,
                                                      bool no_delay, log::logger& log) {
    std::vector<std::unique_ptr<acceptor>> opened;
    for (const auto& endpoint : endpoints_of(listener)) {
        try {
            opened.push_back(std::make_unique<acceptor>(context, listener, endpoint, no_delay, log));
        } catch (const std::runtime_error&) {
            const bool second_family = listener.bind_address.empty() && endpoint.address().is_v6() && !opened.empty();
            if (listener.optional || second_family) continue;
            throw;
        }
        log.information("Opening {} listen socket on port {}.", endpoint.address().is_v6() ? "ipv6" : "ipv4",
                        opened.back()->local_endpoint().port());
    }
    return opened;
}

} // namespace nightjar::net
