#include "broker/net/listening_socket.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>
#include <stdexcept>

#include <boost/asio/ip/tcp.hpp>
#include <fmt/format.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace nightjar::net {

namespace {

using asio::ip::tcp;

constexpr int backlog = 4096;

[[noreturn]] void cannot_listen(const std::string& where, std::string_view why) {
    throw std::runtime_error(fmt::format("cannot listen on {}: {}", where, why));
}

bool wanted(const config::listener& listener, int family) {
    if (family == AF_INET) return listener.domain != config::socket_domain::ipv6;
    return family == AF_INET6 && listener.domain != config::socket_domain::ipv4;
}

// All addresses that the interface has now; a bind_address beside it does not count, as in mosquitto.
std::vector<tcp::endpoint> endpoints_of_interface(const config::listener& listener) {
    std::vector<tcp::endpoint> result;
    ifaddrs* all = nullptr;
    if (::getifaddrs(&all) != 0) cannot_listen(listener.name(), std::strerror(errno));
    const std::unique_ptr<ifaddrs, void (*)(ifaddrs*)> owner(all, ::freeifaddrs);
    for (const auto* one = all; one != nullptr; one = one->ifa_next) {
        if (one->ifa_addr == nullptr || listener.bind_interface != one->ifa_name) continue;
        const int family = one->ifa_addr->sa_family;
        if (!wanted(listener, family)) continue;
        tcp::endpoint made;
        std::memcpy(made.data(), one->ifa_addr, family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6));
        made.port(listener.port);
        result.push_back(made);
    }
    if (result.empty())
        cannot_listen(listener.name(), fmt::format("bind_interface {} has no address", listener.bind_interface));
    return result;
}

// Throws std::runtime_error if there is none.
std::vector<tcp::endpoint> endpoints_of(const config::listener& listener) {
    if (!listener.bind_interface.empty()) return endpoints_of_interface(listener);
    std::vector<tcp::endpoint> result;
    if (listener.bind_address.empty()) {
        if (wanted(listener, AF_INET)) result.emplace_back(tcp::v4(), listener.port);
        if (wanted(listener, AF_INET6)) result.emplace_back(tcp::v6(), listener.port);
        return result;
    }
    if (listener.addresses) {
        for (const auto& address : *listener.addresses)
            result.emplace_back(asio::ip::make_address(address), listener.port);
        if (result.empty())
            cannot_listen(fmt::format("\"{}\" port {}", listener.bind_address, listener.port), "host not found");
        return result;
    }
    asio::io_context context;
    tcp::resolver resolver(context);
    error_code error;
    const auto found = resolver.resolve(listener.bind_address, std::to_string(listener.port),
                                        tcp::resolver::passive | tcp::resolver::numeric_service, error);
    for (const auto& entry : found) {
        const auto endpoint = entry.endpoint();
        if (!wanted(listener, endpoint.protocol().family())) continue;
        if (std::find(result.begin(), result.end(), endpoint) == result.end()) result.push_back(endpoint);
    }
    if (result.empty())
        cannot_listen(fmt::format("\"{}\" port {}", listener.bind_address, listener.port),
                      error ? error.message() : "no address of the wanted socket_domain");
    return result;
}

descriptor open_socket(int family) {
    return descriptor(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
}

void set_option(const descriptor& socket, int level, int name, int value) {
    ::setsockopt(socket.get(), level, name, &value, sizeof value);
}

listening_socket listen_tcp(const tcp::endpoint& endpoint, bool share_port) {
    const auto address = endpoint.address();
    const auto where = fmt::format("{} port {}", address.to_string(), endpoint.port());
    auto socket = open_socket(address.is_v6() ? AF_INET6 : AF_INET);
    if (!socket) cannot_listen(where, std::strerror(errno));
    set_option(socket, SOL_SOCKET, SO_REUSEADDR, 1);
    if (address.is_v6()) set_option(socket, IPPROTO_IPV6, IPV6_V6ONLY, 1);
    set_option(socket, SOL_SOCKET, SO_REUSEPORT, share_port ? 1 : 0);
    if (::bind(socket.get(), endpoint.data(), static_cast<socklen_t>(endpoint.size())) != 0 ||
        ::listen(socket.get(), backlog) != 0)
        cannot_listen(where, std::strerror(errno));
    set_option(socket, SOL_SOCKET, SO_REUSEPORT, 0);
    tcp::endpoint real;
    auto size = static_cast<socklen_t>(real.capacity());
    ::getsockname(socket.get(), real.data(), &size);
    return {std::move(socket), address.to_string(), real.port(), address.is_loopback()};
}

// A file that is there may be a socket that another process listens on, one that a process has left behind, or
// something else altogether, which is not ours to remove.
void make_room_for(const sockaddr_un& address, socklen_t size) {
    const std::string path = address.sun_path;
    struct stat found {};
    if (::lstat(path.c_str(), &found) != 0) return; // bind() tells what else is wrong
    if (!S_ISSOCK(found.st_mode)) cannot_listen(path, "there is a file of that name, which is no socket");
    const auto probe = open_socket(AF_UNIX);
    if (::connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), size) == 0 || errno == EAGAIN)
        cannot_listen(path, "another process listens there");
    if (::unlink(path.c_str()) != 0) cannot_listen(path, fmt::format("cannot remove it: {}", std::strerror(errno)));
}

listening_socket listen_unix(const config::listener& listener) {
    const auto& path = listener.unix_path;
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size() + 1);
    make_room_for(address, size);
    auto socket = open_socket(AF_UNIX);
    if (!socket || ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), size) != 0)
        cannot_listen(path, std::strerror(errno));
    socket_file file(path);
    if (listener.unix_mode && ::chmod(path.c_str(), *listener.unix_mode) != 0)
        cannot_listen(path, fmt::format("unix_socket_mode: {}", std::strerror(errno)));
    if (::listen(socket.get(), backlog) != 0) cannot_listen(path, std::strerror(errno));
    return {std::move(socket), {}, 0, false, std::move(file)};
}

std::string_view kind_of(const config::listener& listener, bool v6) { // mosquitto's words
    switch (listener.protocol) {
    case config::listener_protocol::websockets: return "websockets";
    case config::listener_protocol::http_api: return "http_api";
    case config::listener_protocol::mqtt: break;
    }
    return v6 ? "ipv6" : "ipv4";
}

} // namespace

socket_file::identity socket_file::identity_of(const std::string& path) {
    struct stat found {};
    if (::lstat(path.c_str(), &found) != 0) return {};
    return {found.st_dev, found.st_ino};
}

// Absolute, for a process that changes its directory.
socket_file::socket_file(const std::string& path)
    : path_(std::filesystem::absolute(path).string()), file_(identity_of(path_)) {}

socket_file::~socket_file() {
    if (path_.empty()) return;
    const auto now = identity_of(path_);
    if (now.device == file_.device && now.number == file_.number) ::unlink(path_.c_str());
}

void resolve(config::listener& listener) {
    error_code is_name;
    asio::ip::make_address(listener.bind_address, is_name);
    if (!is_name || listener.bind_address.empty() || !listener.bind_interface.empty()) return;
    std::vector<std::string> found;
    try {
        for (const auto& endpoint : endpoints_of(listener)) found.push_back(endpoint.address().to_string());
    } catch (const std::runtime_error&) { // listen_on() tells, if it has to open it
    }
    listener.addresses = std::move(found);
}

std::vector<listening_socket> listen_on(const config::listener& listener, log::logger& log, bool share_port) {
    std::vector<listening_socket> opened;
    if (!listener.unix_path.empty()) {
        opened.push_back(listen_unix(listener));
        log.information("Opening unix listen socket on path {}.", listener.unix_path);
        return opened;
    }
    for (const auto& endpoint : endpoints_of(listener)) {
        const bool v6 = endpoint.address().is_v6();
        try {
            opened.push_back(listen_tcp(endpoint, share_port));
        } catch (const std::runtime_error&) {
            const bool second_family = listener.bind_address.empty() && v6 && !opened.empty();
            if (listener.optional || second_family) continue;
            throw;
        }
        log.information("Opening {} listen socket on port {}.", kind_of(listener, v6), opened.back().port);
    }
    return opened;
}

} // namespace nightjar::net
