#include "broker/codec/topic.hpp"

#include <algorithm>

namespace nightjar::codec {

namespace {

bool is_noncharacter(std::uint32_t c) { return (c >= 0xFDD0 && c <= 0xFDEF) || (c & 0xFFFE) == 0xFFFE; }

bool is_control(std::uint32_t c) { return c < 0x20 || (c >= 0x7F && c < 0xA0); }

// Reads one code point of several bytes at `at`; 0 if it is malformed, overlong, a surrogate or beyond U+10FFFF.
std::uint32_t read_long(bytes text, std::size_t& at) {
    const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
    const auto first = byte(at);
    const std::size_t size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4 || at + size > text.size()) return 0;
    std::uint32_t c = first & (0x7FU >> size);
    for (std::size_t i = 1; i < size; ++i) {
        if ((byte(at + i) & 0xC0) != 0x80) return 0;
        c = c << 6 | (byte(at + i) & 0x3FU);
    }
    constexpr std::uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    if (c < smallest[size] || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) return 0; // [MQTT-1.5.3-1]
    at += size;
    return c;
}

result<void> check_common(bytes text, error wrong) {
    if (text.empty() || text.size() > 65'535) return wrong; // [MQTT-4.7.3-1], [MQTT-4.7.3-3]
    if (!valid_utf8(text)) return error::invalid_utf8;      // [MQTT-4.7.3-2] too
    if (static_cast<std::size_t>(std::count(text.begin(), text.end(), '/')) >= max_topic_levels)
        return error::too_many_levels;
    return {};
}

} // namespace

bool valid_utf8(bytes text) {
    for (std::size_t at = 0; at < text.size();) {
        const auto first = static_cast<std::uint8_t>(text[at]);
        if (first < 0x80) {
            if (is_control(first)) return false; // U+0000: [MQTT-1.5.3-2]
            ++at;
            continue;
        }
        const auto c = read_long(text, at);
        if (c == 0 || is_control(c) || is_noncharacter(c)) return false;
    }
    return true;
}

result<void> check_topic_name(bytes topic) {
    if (const auto good = check_common(topic, error::invalid_topic_name); !good) return good;
    if (topic.find_first_of("+#") != bytes::npos) return error::invalid_topic_name; // [MQTT-3.3.2-2]
    return {};
}

result<void> check_topic_filter(bytes filter) {
    if (const auto good = check_common(filter, error::invalid_topic_filter); !good) return good;
    levels all(filter);
    bool last = false;
    for (bytes level; all.next(level);) {
        if (last) return error::invalid_topic_filter; // something behind '#' [MQTT-4.7.1-2]
        if (level.find_first_of("+#") == bytes::npos) continue;
        if (level.size() != 1) return error::invalid_topic_filter; // [MQTT-4.7.1-2], [MQTT-4.7.1-3]
        last = level == "#";
    }
    return {};
}

bool topic_matches(bytes filter, bytes topic) {
    if (topic.starts_with('$') && (filter.starts_with('+') || filter.starts_with('#'))) return false; // [MQTT-4.7.2-1]
    levels wanted(filter), given(topic);
    bytes w, g;
    for (;;) {
        const bool more_wanted = wanted.next(w);
        if (more_wanted && w == "#") return true; // also matches the parent level
        const bool more_given = given.next(g);
        if (!more_wanted || !more_given) return more_wanted == more_given;
        if (w != "+" && w != g) return false;
    }
}

} // namespace nightjar::codec
