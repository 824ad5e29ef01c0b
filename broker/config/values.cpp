#include "broker/config/values.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <numeric>
#include <vector>

namespace nightjar::config {

std::string_view trim(std::string_view text) {
    constexpr std::string_view blank = " \t\r\n";
    const auto begin = text.find_first_not_of(blank);
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(blank) - begin + 1);
}

std::string_view first_word(std::string_view text) { return text.substr(0, text.find_first_of(" \t")); }

std::optional<bool> parse_bool(std::string_view text) {
    const auto word = first_word(text);
    if (word == "true" || word == "1") return true;
    if (word == "false" || word == "0") return false;
    return std::nullopt;
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
    const std::string word(first_word(text));
    if (word.empty()) return std::nullopt;
    char* end = nullptr;
    errno = 0;
    const auto value = std::strtoll(word.c_str(), &end, 0);
    if (errno != 0 || *end != '\0') return std::nullopt;
    return value;
}

std::optional<std::chrono::seconds> parse_duration(std::string_view text) {
    const auto word = first_word(text);
    if (word.size() < 2) return std::nullopt;
    const auto number = parse_integer(word.substr(0, word.size() - 1));
    constexpr std::int64_t day = 86'400;
    std::int64_t unit = 0;
    switch (word.back()) {
    case 's': unit = 1; break;
    case 'h': unit = 3600; break;
    case 'd': unit = day; break;
    case 'w': unit = 7 * day; break;
    case 'm': unit = 30 * day; break;
    case 'y': unit = 365 * day; break;
    default: return std::nullopt;
    }
    constexpr std::int64_t most = 1000 * 365 * day;
    if (!number || *number <= 0 || *number > most / unit) return std::nullopt;
    return std::chrono::seconds(*number * unit);
}

// As RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF; and no NUL.
bool is_utf8(std::string_view text) {
    for (std::size_t i = 0; i < text.size();) {
        const auto first = static_cast<unsigned char>(text[i]);
        const std::size_t more = first < 0x80 ? 0 : first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : 1;
        if (first == 0 || (first >= 0x80 && first < 0xC2) || first > 0xF4 || text.size() - i <= more) return false;
        char32_t code = more == 0 ? first : first & (0x3FU >> more);
        for (std::size_t k = 1; k <= more; ++k) {
            const auto next = static_cast<unsigned char>(text[i + k]);
            if ((next & 0xC0) != 0x80) return false;
            code = code << 6 | (next & 0x3FU);
        }
        const char32_t least = more == 3 ? 0x10000 : more == 2 ? 0x800 : 0;
        if (code < least || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return false;
        i += more + 1;
    }
    return true;
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i + 1;
        for (std::size_t j = 0; j < b.size(); ++j) {
            const auto change = diagonal + (a[i] == b[j] ? 0U : 1U);
            diagonal = row[j + 1];
            row[j + 1] = std::min({change, row[j] + 1, diagonal + 1});
        }
    }
    return row.back();
}

} // namespace nightjar::config
