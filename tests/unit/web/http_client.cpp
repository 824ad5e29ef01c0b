#include "http_client.hpp"

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <system_error>

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace nightjar::web::test {

http_client::http_client(std::uint16_t port) : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd_ < 0 || connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0)
        throw std::system_error(errno, std::generic_category(), "connect");
}

http_client::~http_client() { close(fd_); }

void http_client::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0) throw std::system_error(errno, std::generic_category(), "send");
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

bool http_client::read_some() {
    pollfd ready{fd_, POLLIN, 0};
    if (poll(&ready, 1, 5000) != 1) throw std::runtime_error("no answer within five seconds");
    char bytes[65536];
    const auto size = recv(fd_, bytes, sizeof bytes, 0);
    if (size < 0) throw std::system_error(errno, std::generic_category(), "recv");
    unread_.append(bytes, static_cast<std::size_t>(size));
    return size > 0;
}

std::string http_client::read_all() {
    while (read_some()) {}
    return std::move(unread_);
}

void http_client::wait_for(std::string_view text) {
    while (unread_.find(text) == std::string::npos)
        if (!read_some()) throw std::runtime_error("closed before it came");
}

received http_client::read(bool has_body) {
    std::size_t end = 0;
    while ((end = unread_.find("\r\n\r\n")) == std::string::npos)
        if (!read_some()) throw std::runtime_error("closed before an answer");
    received answer;
    answer.status = std::stoi(unread_.substr(9, 3));
    std::string_view head = std::string_view(unread_).substr(0, end + 2);
    head.remove_prefix(head.find("\r\n") + 2);
    while (!head.empty()) {
        const auto line = head.substr(0, head.find("\r\n"));
        head.remove_prefix(line.size() + 2);
        const auto colon = line.find(": ");
        std::string name(line.substr(0, colon));
        std::transform(name.begin(), name.end(), name.begin(),
                       [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
        answer.fields[name] = line.substr(colon + 2);
    }
    unread_.erase(0, end + 4);
    const auto length = answer.fields.find("content-length");
    if (!has_body || length == answer.fields.end()) return answer;
    const auto size = std::stoul(length->second);
    while (unread_.size() < size)
        if (!read_some()) throw std::runtime_error("closed within an answer");
    answer.body = unread_.substr(0, size);
    unread_.erase(0, size);
    return answer;
}

received http_client::ask(std::string_view bytes, bool has_body) {
    send(bytes);
    return read(has_body);
}

} // namespace nightjar::web::test
