// How records lie on disk: big-endian numbers, counted strings, a format version in front and a CRC-32C behind, which
// also covers the key. What does not verify is reported, never used.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace nightjar::storage {

// A record that does not verify; names its table. LMDB itself has no page checksums.
struct damaged_record : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// A page that shows fewer records than it has is damage that no record's checksum sees.
void check_count(const char* table, std::size_t found, std::size_t expected);

std::uint32_t crc32c(std::string_view key, std::string_view value);

template <typename Integer>
std::array<char, sizeof(Integer)> big_endian(Integer value) {
    std::array<char, sizeof(Integer)> out{};
    auto bits = static_cast<std::uint64_t>(value);
    for (std::size_t i = sizeof(Integer); i-- > 0; bits >>= 8) out[i] = static_cast<char>(bits & 0xFF);
    return out;
}

template <typename Integer>
std::string_view view(const std::array<char, sizeof(Integer)>& bytes) {
    return {bytes.data(), bytes.size()};
}

// Builds a record in the caller's memory, which is used again and again; finish() seals it.
class record_writer {
  public:
    record_writer(std::uint8_t format, std::string& memory) : bytes_(memory) {
        bytes_.clear();
        number(format);
    }

    template <typename Integer>
    void number(Integer value) {
        const auto raw = big_endian(value);
        bytes_.append(raw.data(), raw.size());
    }
    void real(double value) { number(std::bit_cast<std::uint64_t>(value)); }
    void u48(std::uint64_t value) {
        const auto raw = big_endian(value);
        bytes_.append(raw.data() + 2, raw.size() - 2);
    }
    void text(std::string_view value); // cut at 65,535 bytes
    void raw(std::string_view value) { bytes_.append(value); }
    std::string_view finish(std::string_view key);

  private:
    std::string& bytes_;
};

// Reads a record; throws damaged_record if the checksum is wrong or the format is newer than `newest`.
class record_reader {
  public:
    record_reader(const char* table, std::uint8_t newest, std::string_view key, std::string_view value);
    std::uint8_t format() const { return format_; }

    template <typename Integer>
    Integer number() {
        std::uint64_t bits = 0;
        for (const char c : take(sizeof(Integer))) bits = bits << 8 | static_cast<unsigned char>(c);
        return static_cast<Integer>(bits);
    }
    double real() { return std::bit_cast<double>(number<std::uint64_t>()); }
    std::uint64_t u48() {
        const auto high = number<std::uint32_t>();
        return std::uint64_t{high} << 16 | number<std::uint16_t>();
    }
    std::string_view text() { return take(number<std::uint16_t>()); }
    std::string_view raw(std::size_t size) { return take(size); }
    std::string_view rest() { return take(rest_.size()); }
    bool empty() const { return rest_.empty(); }

  private:
    std::string_view take(std::size_t size);

    const char* table_;
    std::string_view rest_;
    std::uint8_t format_;
};

// A key of one or two numbers.
template <typename Integer>
Integer read_big_endian(std::string_view bytes, std::size_t at = 0) {
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < sizeof(Integer) && at + i < bytes.size(); ++i)
        bits = bits << 8 | static_cast<unsigned char>(bytes[at + i]);
    return static_cast<Integer>(bits);
}

} // namespace nightjar::storage
