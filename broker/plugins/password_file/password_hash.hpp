// One hashed password, as mosquitto's password files have it: read, written, made, and compared with a password.
// Pure but for make_hash, which draws random bytes. Any thread.
//
//   $6$<salt>$<digest>                          SHA-512 of password and salt: mosquitto up to 1.6, and -H sha512
//   $7$<iterations>$<salt>$<digest>             PBKDF2-HMAC-SHA512: what mosquitto_passwd 2.0 and 2.1 write
//   $argon2id$v=19$m=..,t=..,p=..$<salt>$<digest>   the PHC string: mosquitto 2.1, if built with it
#pragma once

#include "broker/plugins/password_file/base64.hpp"

#include <cstdint>
#include <string>
#include <string_view>

#include <boost/system/result.hpp>

namespace nightjar::plugins::password_file {

enum class hash_kind : std::uint8_t { sha512, sha512_pbkdf2, argon2id };

// How a hash begins, in the order of hash_kind.
inline constexpr std::string_view hash_prefixes[] = {"$6$", "$7$", "$argon2id$"};

// Of a new $7$ hash. A check, and so a guess too, takes 7 ms of a core here: a hundred times the 101 iterations of
// Debian's mosquitto_passwd, ten times the 1,000 of 2.1. A thousand devices that come back at once after a power cut
// are let in within seven seconds by one core, half a minute if it is four times slower: within a keep alive of 60 s.
// Ten times more would not be. mosquitto 2.0 reads it, and its one thread stands still for 7 ms per login.
inline constexpr std::uint32_t default_iterations = 10'000;

// The most that a file may ask for, so that a line of it cannot take the machine's memory or its minutes: eight seconds
// here, or 256 MiB for four.
inline constexpr std::uint32_t most_iterations = 10'000'000;
inline constexpr std::uint32_t most_memory_kib = 262'144;
inline constexpr std::uint32_t most_passes = 16, most_lanes = 16;

struct password_hash {
    hash_kind kind = hash_kind::sha512;
    std::uint32_t iterations = 1; // of PBKDF2; argon2's passes
    std::uint32_t memory_kib = 0; // argon2 only, as are lanes
    std::uint32_t lanes = 0;
    short_bytes salt, digest;

    bool operator==(const password_hash&) const = default;
};

// The error is a reason for a message, static text without a byte of the hash: "the iterations are not a number".
using parsed_hash = boost::system::result<password_hash, std::string_view>;
parsed_hash parse_hash(std::string_view text);
std::string format_hash(const password_hash& hash);

// Takes as long as the hash says, and as long for a wrong password as for the right one. Argon2 takes its memory for
// that time; when there is none, no password is right. Starts no threads, whatever the lanes.
bool verify(const password_hash& hash, std::string_view password);

// With a fresh salt. `iterations` is for sha512_pbkdf2 alone. Throws std::runtime_error without random bytes or memory.
password_hash make_hash(hash_kind kind, std::string_view password, std::uint32_t iterations = default_iterations);

// As much work for verify(), but made of no password: for names that nobody has.
password_hash make_decoy(const password_hash& like);

} // namespace nightjar::plugins::password_file
