#include "tools/benchmarks/load/client.hpp"

#include "broker/codec/encode.hpp"
#include "broker/codec/frame.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace nightjar::bench {

namespace {

[[noreturn]] void fail(const char* what) { throw std::runtime_error(std::string(what) + ": " + std::strerror(errno)); }

int open_socket(std::uint16_t port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0) fail("socket");
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
        ::close(fd);
        fail("connect");
    }
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ::fcntl(fd, F_SETFL, O_NONBLOCK);
    return fd;
}

} // namespace

client::client(const target& where, role as, std::uint32_t group, const std::string& id, bool persistent)
    : fd_(open_socket(where.port)), relay_(where.relay), as_(as), group_(group) {
    if (relay_) {
        out = {static_cast<char>(as), static_cast<char>(group >> 24), static_cast<char>(group >> 16),
               static_cast<char>(group >> 8), static_cast<char>(group)};
        flush();
        wait_for(1);
        return;
    }
    codec::connect packet;
    packet.client_id = id;
    packet.keep_alive = 600;
    packet.clean_session = !persistent;
    if (!where.password.empty()) {
        packet.user_name = id;
        packet.password = where.password;
    }
    codec::append_connect(out, packet);
    flush();
    // Session present or not: what follows it stays in the socket.
    if (const auto answer = wait_for(4); answer.substr(0, 2) != "\x20\x02" || answer[3] != 0)
        throw std::runtime_error("CONNECT was refused");
}

client::~client() {
    if (fd_ >= 0) ::close(fd_);
}

void client::subscribe(const std::string& filter, int qos) {
    if (relay_) return;
    const codec::subscription_request request{filter, static_cast<codec::qos>(qos)};
    codec::append_subscribe(out, 1, {&request, 1});
    flush();
    if (const auto answer = wait_for(5); answer[4] != static_cast<char>(qos))
        throw std::runtime_error("SUBSCRIBE was refused");
}

std::string client::wait_for(std::size_t size) {
    std::string answer;
    while (answer.size() < size) {
        pollfd p{fd_, POLLIN, 0};
        if (::poll(&p, 1, 10'000) <= 0) throw std::runtime_error("no answer in ten seconds");
        std::array<char, 64> buffer;
        const auto n = ::recv(fd_, buffer.data(), size - answer.size(), 0);
        if (n <= 0) throw std::runtime_error("the connection was closed");
        answer.append(buffer.data(), static_cast<std::size_t>(n));
    }
    return answer;
}

bool client::flush() {
    if (out.empty()) return false;
    const auto n = ::send(fd_, out.data(), out.size(), MSG_NOSIGNAL);
    if (n < 0 && errno != EAGAIN) fail("send");
    if (n > 0) out.erase(0, static_cast<std::size_t>(n));
    return !out.empty();
}

void client::read(const std::function<void(unsigned, std::string_view)>& packet) {
    static std::array<char, 262'144> buffer; // the generator has one thread
    const auto n = ::recv(fd_, buffer.data(), buffer.size(), 0);
    if (n < 0 && errno == EAGAIN) return;
    if (n <= 0) throw std::runtime_error("the connection was closed");
    std::string_view rest(buffer.data(), static_cast<std::size_t>(n));
    if (!in_.empty()) {
        in_.append(rest);
        rest = in_;
    }
    for (;;) {
        const auto read = codec::read_fixed_header(rest);
        if (!read) throw std::runtime_error("what came is no MQTT");
        const auto& header = *read;
        if (!header || rest.size() < header->frame_size()) break;
        packet(static_cast<unsigned char>(rest[0]), rest.substr(header->header_size, header->remaining_length));
        rest.remove_prefix(header->frame_size());
    }
    in_ = std::string(rest);
}

} // namespace nightjar::bench
