// UTF-8 as RFC 3629 has it, any character. Pure.
#pragma once

#include <cstddef>
#include <string_view>

namespace nightjar::text {

// How many bytes the character at the front of a text that is not empty takes; 0 if it is ill-formed.
std::size_t utf8_length(std::string_view text);

// How many bytes from the front are whole, well-formed characters.
std::size_t utf8_prefix(std::string_view text);

} // namespace nightjar::text
