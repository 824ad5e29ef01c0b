// The PROXY protocol, versions 1 and 2 (haproxy.org/download/3.0/doc/proxy-protocol.txt): what a proxy says, before
// anything else, of the client that it connects. Pure; any thread.
#pragma once

#include "broker/net/socket.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace nightjar::net {

struct proxy_header {
    // Of the client. None: the proxy speaks for itself (a health check), or cannot say: its own address counts.
    std::optional<peer_address> peer;
    // Version 2 alone tells of TLS between client and proxy.
    bool tls = false;
    bool certified = false;  // the client has shown a certificate there, and the proxy has verified it
    std::string common_name; // of that certificate; empty without one
    std::string tls_version, cipher;
};

inline constexpr std::size_t longest_proxy_v1 = 107; // with its line end
inline constexpr std::size_t proxy_v2_start = 16;    // bytes that tell how long the rest is
inline constexpr std::size_t longest_proxy_v2_rest = 2048;

// May a header of that version begin so? Tells from the first byte on.
bool may_begin_proxy(unsigned version, std::string_view bytes);

// A whole line with its CR LF. None: it is malformed.
std::optional<proxy_header> parse_proxy_v1(std::string_view line);

// How many bytes follow the first `proxy_v2_start`. None: it is malformed, or too long.
std::optional<std::size_t> proxy_v2_rest(std::string_view start);
// Both together. None: it is malformed.
std::optional<proxy_header> parse_proxy_v2(std::string_view start, std::string_view rest);

} // namespace nightjar::net
