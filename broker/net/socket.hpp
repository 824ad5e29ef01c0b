// Socket types bound to an io_context directly: smaller and faster than those on any_io_executor.
#pragma once

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include <sys/socket.h>

namespace nightjar::net {

namespace asio = boost::asio;
using boost::system::error_code;

// TCP of both families, and unix domain sockets.
using stream_socket = asio::basic_stream_socket<asio::generic::stream_protocol, asio::io_context::executor_type>;

// An open descriptor on its way between threads or layers. Closes it unless released.
class descriptor {
  public:
    descriptor() = default;
    explicit descriptor(int fd) : fd_(fd) {}
    descriptor(descriptor&& other) noexcept : fd_(other.release()) {}
    descriptor& operator=(descriptor&& other) noexcept;
    ~descriptor();

    int get() const { return fd_; }
    int release() { return std::exchange(fd_, -1); }
    explicit operator bool() const { return fd_ >= 0; }

  private:
    int fd_ = -1;
};

// Whether the peer sends nothing more, also while what it sent before has not been read.
bool ended_by_peer(int fd);

// A connected descriptor as Asio's. It never opens or binds one itself, so the family is of no account.
inline stream_socket make_stream_socket(asio::io_context& context, descriptor fd) {
    return {context, asio::generic::stream_protocol(AF_UNSPEC, 0), fd.release()};
}

// The other end, kept because log lines and listings name it after the socket is gone. Who comes through a unix domain
// socket has no address but its user's number.
struct peer_address {
    enum class family : std::uint8_t { ip, unix_socket };

    asio::ip::address address;
    std::uint16_t port = 0;
    family kind = family::ip;
    std::uint32_t user = 0; // of unix_socket

    std::string text() const;  // "127.0.0.1", "unix:1000"; what failures to log in are counted by
    std::string place() const; // "127.0.0.1:54321", "unix:1000"; for the log
};

// An IPv4 address that came as IPv6, as what it is.
inline asio::ip::address unmapped(const asio::ip::address_v6& address) {
    if (address.is_v4_mapped()) return asio::ip::make_address_v4(asio::ip::v4_mapped, address);
    return address;
}
inline asio::ip::address unmapped(const asio::ip::address_v4& address) { return address; }

// Whom a certificate names that was verified, by us or by a proxy we trust; empty without one.
struct peer_identity {
    std::string common_name; // UTF-8; empty too if it is missing or holds a NUL
    std::string subject;     // as RFC 2253 writes it: "CN=sensor,O=Home"; a proxy does not tell it
};

// A new connection, on its way from the acceptor to whom serves it.
struct arrival {
    descriptor socket;
    peer_address peer;
    std::unique_ptr<peer_identity> vouched{}; // by the proxy that it came through; null: there is none
};

} // namespace nightjar::net
