// Socket types bound to an io_context directly: smaller and faster than those on any_io_executor.
#pragma once

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <utility>

namespace nightjar::net {

namespace asio = boost::asio;
using boost::system::error_code;

using tcp_socket = asio::basic_stream_socket<asio::ip::tcp, asio::io_context::executor_type>;

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

// The other end, kept because log lines and listings name it after the socket is gone.
struct peer_address {
    asio::ip::address address;
    std::uint16_t port = 0;
};

} // namespace nightjar::net
