#include "broker/plugins/password_file/password_hash.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <memory>
#include <optional>
#include <stdexcept>

#include <argon2.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

namespace nightjar::plugins::password_file {

namespace {

using namespace std::string_view_literals;

constexpr auto sha512_prefix = hash_prefixes[0], pbkdf2_prefix = hash_prefixes[1], argon2_prefix = hash_prefixes[2];
constexpr auto argon2_version_field = "v=19"sv;

constexpr std::size_t digest_size = 64;
// mosquitto 2.0 refuses every salt of $6$ and $7$ that has not 12 bytes; 2.1 takes 12 and 64.
constexpr std::size_t short_salt = 12, long_salt = 64;
// As mosquitto 2.1 makes them.
constexpr std::uint32_t argon2_memory_kib = 47'104, argon2_passes = 1, argon2_lanes = 1;
constexpr std::size_t least_argon2_salt = 8, least_argon2_digest = 16;

// The text up to the next '$', which is taken off too; nothing: there is no '$'.
std::optional<std::string_view> take_field(std::string_view& text) {
    const auto end = text.find('$');
    if (end == std::string_view::npos) return std::nullopt;
    const auto field = text.substr(0, end);
    text.remove_prefix(end + 1);
    return field;
}

// Digits alone, from 1 to `most`; otherwise 0.
std::uint32_t parse_count(std::string_view text, std::uint32_t most) {
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() && value <= most ? value : 0;
}

parsed_hash parse_salt_and_digest(password_hash hash, std::string_view text) {
    const auto salt = take_field(text);
    if (!salt) return "the hash ends before its digest"sv;
    if (!decode_base64(*salt, padding::full, hash.salt)) return "the salt of the hash is not Base64"sv;
    if (hash.salt.size() != short_salt && hash.salt.size() != long_salt)
        return "the salt of the hash has neither 12 nor 64 bytes"sv;
    if (!decode_base64(text, padding::full, hash.digest)) return "the digest of the hash is not Base64"sv;
    if (hash.digest.size() != digest_size) return "the digest of the hash has not 64 bytes"sv;
    return hash;
}

parsed_hash parse_pbkdf2(std::string_view text) {
    const auto iterations = take_field(text);
    if (!iterations) return "the hash ends before its salt"sv;
    password_hash hash{hash_kind::sha512_pbkdf2, parse_count(*iterations, most_iterations), 0, 0, {}, {}};
    if (hash.iterations == 0) return "the iterations of the hash are not a number from 1 to 10,000,000"sv;
    return parse_salt_and_digest(hash, text);
}

// "m=47104,t=1,p=1", in this order, as the reference implementation has it.
bool parse_parameters(std::string_view text, password_hash& hash) {
    const auto take = [&text](std::string_view name, std::uint32_t most) -> std::uint32_t {
        if (!text.starts_with(name)) return 0;
        text.remove_prefix(name.size());
        const auto number = text.substr(0, text.find(','));
        text.remove_prefix(number.size());
        return parse_count(number, most);
    };
    hash.memory_kib = take("m=", most_memory_kib);
    hash.iterations = take(",t=", most_passes);
    hash.lanes = take(",p=", most_lanes);
    return text.empty() && hash.iterations > 0 && hash.lanes > 0 &&
           hash.memory_kib >= 2 * ARGON2_SYNC_POINTS * hash.lanes;
}

parsed_hash parse_argon2(std::string_view text) {
    if (take_field(text) != argon2_version_field) return "the argon2id hash is not of version 19"sv;
    const auto parameters = take_field(text);
    const auto salt = take_field(text);
    if (!parameters || !salt) return "the hash ends before its digest"sv;
    password_hash hash{hash_kind::argon2id, 0, 0, 0, {}, {}};
    if (!parse_parameters(*parameters, hash))
        return "the argon2id parameters are wrong or ask for more than m=262144, t=16, p=16"sv;
    if (!decode_base64(*salt, padding::none, hash.salt) || hash.salt.size() < least_argon2_salt)
        return "the salt of the hash is not Base64 of 8 to 64 bytes"sv;
    if (!decode_base64(text, padding::none, hash.digest) || hash.digest.size() < least_argon2_digest)
        return "the digest of the hash is not Base64 of 16 to 64 bytes"sv;
    return hash;
}

bool digest_sha512(std::string_view password, const short_bytes& salt, short_bytes& out) {
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
    return context != nullptr && EVP_DigestInit_ex(context.get(), EVP_sha512(), nullptr) == 1 &&
           EVP_DigestUpdate(context.get(), password.data(), password.size()) == 1 &&
           EVP_DigestUpdate(context.get(), salt.data(), salt.size()) == 1 &&
           EVP_DigestFinal_ex(context.get(), out.data(), nullptr) == 1;
}

bool digest_pbkdf2(const password_hash& hash, std::string_view password, short_bytes& out) {
    return PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()), hash.salt.data(),
                             static_cast<int>(hash.salt.size()), static_cast<int>(hash.iterations), EVP_sha512(),
                             static_cast<int>(out.size()), out.data()) == 1;
}

bool digest_argon2(const password_hash& hash, std::string_view password, short_bytes& out) {
    auto salt = hash.salt;
    argon2_context context{};
    context.out = out.data();
    context.outlen = static_cast<std::uint32_t>(out.size());
    // Not written to: that is asked for by a flag which is not set.
    context.pwd = reinterpret_cast<std::uint8_t*>(const_cast<char*>(password.data()));
    context.pwdlen = static_cast<std::uint32_t>(password.size());
    context.salt = salt.data();
    context.saltlen = static_cast<std::uint32_t>(salt.size());
    context.t_cost = hash.iterations;
    context.m_cost = hash.memory_kib;
    context.lanes = hash.lanes;
    context.threads = 1;
    context.version = ARGON2_VERSION_13;
    return argon2id_ctx(&context) == ARGON2_OK;
}

// Of as many bytes as hash.digest has.
bool compute_digest(const password_hash& hash, std::string_view password, short_bytes& out) {
    if (password.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) return false;
    out.resize(hash.digest.size());
    switch (hash.kind) {
    case hash_kind::sha512: return out.size() == digest_size && digest_sha512(password, hash.salt, out);
    case hash_kind::sha512_pbkdf2: return digest_pbkdf2(hash, password, out);
    case hash_kind::argon2id: return digest_argon2(hash, password, out);
    }
    return false;
}

void fill_random(short_bytes& out) {
    if (RAND_bytes(out.data(), static_cast<int>(out.size())) != 1)
        throw std::runtime_error("the system gives no random bytes");
}

} // namespace

parsed_hash parse_hash(std::string_view text) {
    if (text.starts_with(sha512_prefix))
        return parse_salt_and_digest({hash_kind::sha512, 1, 0, 0, {}, {}}, text.substr(sha512_prefix.size()));
    if (text.starts_with(pbkdf2_prefix)) return parse_pbkdf2(text.substr(pbkdf2_prefix.size()));
    if (text.starts_with(argon2_prefix)) return parse_argon2(text.substr(argon2_prefix.size()));
    return "the password is not hashed, or not in a way that is known ($6$, $7$, $argon2id$)"sv;
}

std::string format_hash(const password_hash& hash) {
    std::string out;
    auto fill = padding::full;
    switch (hash.kind) {
    case hash_kind::sha512: out = sha512_prefix; break;
    case hash_kind::sha512_pbkdf2: out.append(pbkdf2_prefix).append(std::to_string(hash.iterations)).append("$"); break;
    case hash_kind::argon2id:
        fill = padding::none;
        out.append(argon2_prefix).append(argon2_version_field);
        out.append("$m=").append(std::to_string(hash.memory_kib));
        out.append(",t=").append(std::to_string(hash.iterations));
        out.append(",p=").append(std::to_string(hash.lanes)).append("$");
        break;
    }
    return out.append(encode_base64(hash.salt, fill)).append("$").append(encode_base64(hash.digest, fill));
}

bool verify(const password_hash& hash, std::string_view password) {
    short_bytes digest;
    return !hash.digest.empty() && compute_digest(hash, password, digest) &&
           CRYPTO_memcmp(digest.data(), hash.digest.data(), digest.size()) == 0;
}

password_hash make_hash(hash_kind kind, std::string_view password, std::uint32_t iterations) {
    password_hash hash{kind, 1, 0, 0, {}, {}};
    if (kind == hash_kind::sha512_pbkdf2) hash.iterations = iterations;
    if (kind == hash_kind::argon2id) {
        hash.iterations = argon2_passes;
        hash.memory_kib = argon2_memory_kib;
        hash.lanes = argon2_lanes;
    }
    hash.salt.resize(kind == hash_kind::argon2id ? long_salt : short_salt);
    hash.digest.resize(digest_size);
    fill_random(hash.salt);
    short_bytes digest;
    if (!compute_digest(hash, password, digest)) throw std::runtime_error("the password cannot be hashed: no memory");
    hash.digest = digest;
    return hash;
}

password_hash make_decoy(const password_hash& like) {
    auto decoy = like;
    std::fill(decoy.salt.begin(), decoy.salt.end(), std::uint8_t{0});
    std::fill(decoy.digest.begin(), decoy.digest.end(), std::uint8_t{0});
    return decoy;
}

} // namespace nightjar::plugins::password_file
