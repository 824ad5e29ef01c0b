#include "broker/text/utf8.hpp"

namespace nightjar::text {

namespace {

bool continuation(unsigned char byte) { return (byte & 0xC0) == 0x80; }

} // namespace

std::size_t utf8_length(std::string_view text) {
    const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char first = at(0);
    std::size_t length = 0;
    unsigned char low = 0x80;
    unsigned char high = 0xBF;
    if (first >= 0xC2 && first <= 0xDF) {
        length = 2;
    } else if (first >= 0xE0 && first <= 0xEF) {
        length = 3;
        if (first == 0xE0) low = 0xA0;
        if (first == 0xED) high = 0x9F; // surrogates
    } else if (first >= 0xF0 && first <= 0xF4) {
        length = 4;
        if (first == 0xF0) low = 0x90;
        if (first == 0xF4) high = 0x8F;
    }
    if (length == 0 || text.size() < length || at(1) < low || at(1) > high) return 0;
    for (std::size_t i = 2; i < length; ++i)
        if (!continuation(at(i))) return 0;
    return length;
}

std::size_t utf8_prefix(std::string_view text) {
    std::size_t whole = 0;
    while (whole < text.size()) {
        const auto length = static_cast<unsigned char>(text[whole]) < 0x80 ? 1 : utf8_length(text.substr(whole));
        if (length == 0) break;
        whole += length;
    }
    return whole;
}

} // namespace nightjar::text
