// Base64, RFC 4648 section 4, decoding only. Strict: padding required, no white space, no loose bits. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace nightjar::web {

std::optional<std::string> base64_decode(std::string_view text);

} // namespace nightjar::web
