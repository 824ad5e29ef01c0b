#include "broker/net/proxy_header.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstring>

namespace nightjar::net {

namespace {

constexpr std::string_view v1_begin = "PROXY ";
constexpr std::string_view v2_begin("\r\n\r\n\0\r\nQUIT\n", 12);

// --- version 2

enum : std::uint8_t { local = 0x20, relayed = 0x21 };                                         // version 2 and command
enum : std::uint8_t { unspecified = 0x00, tcp_v4 = 0x11, tcp_v6 = 0x21, unix_stream = 0x31 }; // family and transport
enum : std::uint8_t { type_ssl = 0x20, ssl_version = 0x21, ssl_common_name = 0x22, ssl_cipher = 0x23 };
enum : std::uint8_t { client_ssl = 0x01, client_certificate_in_session = 0x04 };

std::uint8_t byte_at(std::string_view bytes, std::size_t at) { return static_cast<std::uint8_t>(bytes[at]); }
std::uint16_t two_bytes_at(std::string_view bytes, std::size_t at) {
    return static_cast<std::uint16_t>(byte_at(bytes, at) << 8 | byte_at(bytes, at + 1));
}

template <typename Address>
peer_address read_peer(std::string_view rest) {
    typename Address::bytes_type bytes;
    std::memcpy(bytes.data(), rest.data(), bytes.size());
    return {unmapped(Address(bytes)), two_bytes_at(rest, 2 * bytes.size())}; // source, destination, source port
}

// A name that somebody logs in by, or that goes to the log.
bool printable(std::string_view text) {
    return std::none_of(text.begin(), text.end(), [](char c) {
        const auto u = static_cast<unsigned char>(c);
        return u < 0x20 || u == 0x7F;
    });
}

// Type, length and value after value; nothing is read past `bytes`. False: they do not fit.
template <typename Take>
bool each_value(std::string_view bytes, Take take) {
    constexpr std::size_t head = 3;
    while (!bytes.empty()) {
        if (bytes.size() < head) return false;
        const std::size_t size = two_bytes_at(bytes, 1);
        if (size > bytes.size() - head) return false;
        if (!take(byte_at(bytes, 0), bytes.substr(head, size))) return false;
        bytes.remove_prefix(head + size);
    }
    return true;
}

bool read_ssl(proxy_header& to, std::string_view value) {
    constexpr std::size_t head = 5; // flags, and the result of the verification: 0 is good
    if (to.tls || value.size() < head) return false;
    const auto flags = byte_at(value, 0);
    const bool verified = value.substr(1, 4) == std::string_view("\0\0\0\0", 4);
    to.tls = (flags & client_ssl) != 0;
    to.certified = to.tls && verified && (flags & client_certificate_in_session) != 0;
    std::optional<std::string_view> name;
    const bool whole = each_value(value.substr(head), [&](std::uint8_t type, std::string_view text) {
        if (type == ssl_version) to.tls_version = text;
        if (type == ssl_cipher) to.cipher = text;
        if (type != ssl_common_name) return printable(text) || type > ssl_cipher;
        return !std::exchange(name, text) && printable(text); // two names: who is it?
    });
    if (to.certified && name) to.common_name = *name;
    return whole;
}

bool read_values(proxy_header& to, std::string_view bytes) {
    return each_value(
        bytes, [&](std::uint8_t type, std::string_view value) { return type != type_ssl || read_ssl(to, value); });
}

// --- version 1

std::string_view next_word(std::string_view& line) {
    const auto word = line.substr(0, line.find(' '));
    line.remove_prefix(std::min(word.size() + 1, line.size()));
    return word;
}

std::optional<std::uint16_t> read_port(std::string_view word) {
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), port);
    if (error != std::errc() || end != word.data() + word.size()) return {};
    return port;
}

} // namespace

bool may_begin_proxy(unsigned version, std::string_view bytes) {
    const auto wanted = version == 1 ? v1_begin : v2_begin;
    const auto size = std::min(wanted.size(), bytes.size());
    return bytes.substr(0, size) == wanted.substr(0, size);
}

std::optional<proxy_header> parse_proxy_v1(std::string_view line) {
    if (!line.starts_with(v1_begin) || !line.ends_with("\r\n") || line.size() > longest_proxy_v1) return {};
    line = line.substr(v1_begin.size(), line.size() - v1_begin.size() - 2);
    const auto family = next_word(line);
    if (family == "UNKNOWN") return proxy_header{}; // what follows is to be ignored
    error_code wrong_source, wrong_destination;
    const auto source = asio::ip::make_address(std::string(next_word(line)), wrong_source);
    const auto destination = asio::ip::make_address(std::string(next_word(line)), wrong_destination);
    const auto source_port = read_port(next_word(line)), destination_port = read_port(next_word(line));
    if (wrong_source || wrong_destination || !source_port || !destination_port || !line.empty()) return {};
    const bool v4 = family == "TCP4" && source.is_v4() && destination.is_v4();
    const bool v6 = family == "TCP6" && source.is_v6() && destination.is_v6();
    if (!v4 && !v6) return {};
    proxy_header header;
    header.peer = {v4 ? source : unmapped(source.to_v6()), *source_port};
    return header;
}

std::optional<std::size_t> proxy_v2_rest(std::string_view start) {
    if (start.size() != proxy_v2_start || !start.starts_with(v2_begin)) return {};
    const std::size_t size = two_bytes_at(start, 14);
    if (size > longest_proxy_v2_rest) return {};
    return size;
}

std::optional<proxy_header> parse_proxy_v2(std::string_view start, std::string_view rest) {
    if (proxy_v2_rest(start) != rest.size()) return {};
    const auto command = byte_at(start, 12), family = byte_at(start, 13);
    proxy_header header;
    if (command == local) return header; // whatever else it says
    if (command != relayed) return {};
    constexpr std::size_t v4_size = 12, v6_size = 36, unix_size = 216;
    const std::size_t addresses = family == tcp_v4        ? v4_size
                                  : family == tcp_v6      ? v6_size
                                  : family == unix_stream ? unix_size
                                                          : 0;
    if (addresses == 0 && family != unspecified) return {}; // UDP, or one that is not known
    if (rest.size() < addresses) return {};
    if (family == tcp_v4) header.peer = read_peer<asio::ip::address_v4>(rest);
    if (family == tcp_v6) header.peer = read_peer<asio::ip::address_v6>(rest);
    if (!read_values(header, rest.substr(addresses))) return {};
    return header;
}

} // namespace nightjar::net
