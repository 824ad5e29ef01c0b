#include "broker/net/socket.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

namespace nightjar::net {

descriptor& descriptor::operator=(descriptor&& other) noexcept {
    if (this != &other) {
        if (fd_ >= 0) ::close(fd_);
        fd_ = other.release();
    }
    return *this;
}

descriptor::~descriptor() {
    if (fd_ >= 0) ::close(fd_);
}

std::string peer_address::text() const {
    return kind == family::unix_socket ? fmt::format("unix:{}", user) : address.to_string();
}

std::string peer_address::place() const {
    return kind == family::unix_socket ? text() : fmt::format("{}:{}", text(), port);
}

bool ended_by_peer(int fd) {
    pollfd peer{fd, POLLRDHUP, 0};
    return ::poll(&peer, 1, 0) == 1;
}

} // namespace nightjar::net
