// Percent-encoding, RFC 3986 section 2. Strict: what is not well-formed is refused, never guessed. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace nightjar::text {

enum class plus_sign { literal, space }; // '+' means a space in a query only

// Nothing for a '%' without two hex digits and for a decoded NUL.
std::optional<std::string> percent_decode(std::string_view text, plus_sign plus = plus_sign::literal);

// Leaves only unreserved characters as they are, so the result can stand anywhere in a URL or a header.
std::string percent_encode(std::string_view text);

} // namespace nightjar::text
