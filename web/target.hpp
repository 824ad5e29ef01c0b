// The request target of RFC 9112 section 3.2, taken apart. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace nightjar::web {

struct target {
    std::string path;      // decoded, without its final '/' ("/" stays, and an encoded one)
    std::string query;     // as sent, after '?'
    std::string authority; // of "http://host:port/path", where it outranks Host; otherwise empty
};

// Nothing for what is no target: not beginning with '/', ill-formed percent-encoding, NUL.
std::optional<target> parse_target(std::string_view text);

} // namespace nightjar::web
