// The sockets that a `listener` line stands for: bound and listening, nobody accepts yet.
#pragma once

#include "broker/config/configuration.hpp"
#include "broker/log/logger.hpp"
#include "broker/net/socket.hpp"

#include <cstdint>
#include <string>
#include <vector>

#include <sys/types.h>

namespace nightjar::net {

// The file of a unix domain socket. Removed when its listener ends, if it is still the same.
class socket_file {
  public:
    socket_file() = default;
    explicit socket_file(const std::string& path); // that exists
    socket_file(socket_file&& other) noexcept : path_(std::exchange(other.path_, {})), file_(other.file_) {}
    socket_file& operator=(socket_file&&) = delete;
    ~socket_file();

  private:
    struct identity {
        dev_t device;
        ino_t number;
    };
    static identity identity_of(const std::string& path);

    std::string path_; // empty: none
    identity file_{};
};

struct listening_socket {
    descriptor socket;      // non-blocking
    std::string address;    // "0.0.0.0"; empty for a unix domain socket
    std::uint16_t port = 0; // the real one
    bool loopback = false;  // of an address
    socket_file file{};
};

// Asks what a host name in bind_address stands for, which may take seconds: listen_on() does not have to ask then.
void resolve(config::listener& listener);

// Both address families, one address, what a name resolves to, or a unix domain socket. A family that this host does
// not have is left out if the line did not ask for it. A socket file that nobody listens on any more is removed first.
// Throws std::runtime_error with the operator's sentence if nothing is left.
// `share_port`: with an acceptor that allows it; a reload opens the new one before it closes the old one.
std::vector<listening_socket> listen_on(const config::listener& listener, log::logger& log, bool share_port = false);

} // namespace nightjar::net
