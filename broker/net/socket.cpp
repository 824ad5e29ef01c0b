#include "broker/net/socket.hpp"

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

} // namespace nightjar::net
