// Base64, RFC 4648 section 4. Decoding is strict: padding required, no white space, no loose bits. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace nightjar::text {

std::string base64_encode(std::string_view bytes);
std::optional<std::string> base64_decode(std::string_view text);

} // namespace nightjar::text
