// Base64 (RFC 4648, section 4) of a hash's salt and digest. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <boost/container/static_vector.hpp>

namespace nightjar::plugins::password_file {

// mosquitto fills up with '=', argon2's strings must not.
enum class padding : std::uint8_t { full, none };

inline constexpr std::size_t most_bytes = 64; // of a salt or a digest
using short_bytes = boost::container::static_vector<std::uint8_t, most_bytes>;

std::string encode_base64(const short_bytes& bytes, padding fill);

// False: not Base64 of that padding, or more than most_bytes.
bool decode_base64(std::string_view text, padding fill, short_bytes& out);

} // namespace nightjar::plugins::password_file
