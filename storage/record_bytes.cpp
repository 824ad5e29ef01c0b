#include "storage/record_bytes.hpp"

#include <cstring>

#include <boost/crc.hpp>
#include <fmt/format.h>

namespace nightjar::storage {

namespace {
constexpr std::size_t checksum_size = 4;
}

void check_count(const char* table, std::size_t found, std::size_t expected) {
    if (found != expected)
        throw damaged_record(fmt::format("{}: {} records are found where {} should be", table, found, expected));
}

namespace {

std::uint32_t crc32c_by_table(std::string_view key, std::string_view value) {
    boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true> crc;
    crc.process_bytes(key.data(), key.size());
    crc.process_bytes(value.data(), value.size());
    return crc.checksum();
}

#ifdef __x86_64__
// The processor has this very polynomial: eight bytes an instruction, where the table takes one.
[[gnu::target("sse4.2")]] std::uint64_t update(std::uint64_t crc, std::string_view bytes) {
    std::uint64_t word = 0;
    for (; bytes.size() >= sizeof word; bytes.remove_prefix(sizeof word)) {
        std::memcpy(&word, bytes.data(), sizeof word);
        crc = __builtin_ia32_crc32di(crc, word);
    }
    for (const char c : bytes)
        crc = __builtin_ia32_crc32qi(static_cast<std::uint32_t>(crc), static_cast<unsigned char>(c));
    return crc;
}
#endif

} // namespace

std::uint32_t crc32c(std::string_view key, std::string_view value) {
#ifdef __x86_64__
    static const bool by_instruction = __builtin_cpu_supports("sse4.2");
    if (by_instruction) return ~static_cast<std::uint32_t>(update(update(0xFFFF'FFFF, key), value));
#endif
    return crc32c_by_table(key, value);
}

void record_writer::text(std::string_view value) {
    value = value.substr(0, 65'535);
    number(static_cast<std::uint16_t>(value.size()));
    bytes_.append(value);
}

std::string_view record_writer::finish(std::string_view key) {
    number(crc32c(key, bytes_));
    return bytes_;
}

record_reader::record_reader(const char* table, std::uint8_t newest, std::string_view key, std::string_view value)
    : table_(table), rest_(value), format_(0) {
    if (value.size() < 1 + checksum_size) throw damaged_record(fmt::format("{}: a record is cut short", table));
    const auto body = value.substr(0, value.size() - checksum_size);
    if (read_big_endian<std::uint32_t>(value, body.size()) != crc32c(key, body))
        throw damaged_record(fmt::format("{}: the checksum of a record is wrong", table));
    rest_ = body;
    format_ = number<std::uint8_t>();
    if (format_ == 0 || format_ > newest)
        throw damaged_record(fmt::format("{}: a record has the unknown format {}", table, format_));
}

std::string_view record_reader::take(std::size_t size) {
    if (rest_.size() < size) throw damaged_record(fmt::format("{}: a record is cut short", table_));
    const auto piece = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return piece;
}

} // namespace nightjar::storage
