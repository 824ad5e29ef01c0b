#include "broker/plugins/password_file/base64.hpp"

#include <array>

namespace nightjar::plugins::password_file {

namespace {

constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t no_letter = 0xFF;

constexpr auto values = [] {
    std::array<std::uint8_t, 256> table{};
    table.fill(no_letter);
    for (std::size_t i = 0; i < letters.size(); ++i)
        table[static_cast<unsigned char>(letters[i])] = static_cast<std::uint8_t>(i);
    return table;
}();

// Takes the '=' off; false: not as many as there have to be.
bool take_padding(std::string_view& text) {
    if (text.size() % 4 != 0) return false;
    for (int most = 2; most > 0 && text.ends_with('='); --most) text.remove_suffix(1);
    return true;
}

} // namespace

std::string encode_base64(const short_bytes& bytes, padding fill) {
    std::string out;
    std::uint32_t bits = 0;
    int held = 0; // bits that are not written yet
    for (const auto byte : bytes) {
        bits = bits << 8 | byte;
        for (held += 8; held >= 6; held -= 6) out += letters[bits >> (held - 6) & 63U];
    }
    if (held > 0) out += letters[bits << (6 - held) & 63U];
    while (fill == padding::full && out.size() % 4 != 0) out += '=';
    return out;
}

bool decode_base64(std::string_view text, padding fill, short_bytes& out) {
    out.clear();
    if (fill == padding::full && !take_padding(text)) return false;
    if (text.size() % 4 == 1) return false; // six bits make no byte
    std::uint32_t bits = 0;
    int held = 0;
    for (const char letter : text) {
        const auto value = values[static_cast<unsigned char>(letter)];
        if (value == no_letter) return false;
        bits = bits << 6 | value;
        held += 6;
        if (held < 8) continue;
        held -= 8;
        if (out.size() == most_bytes) return false;
        out.push_back(static_cast<std::uint8_t>(bits >> held & 0xFFU));
    }
    return true;
}

} // namespace nightjar::plugins::password_file
