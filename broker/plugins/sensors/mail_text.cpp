#include "broker/plugins/sensors/mail_text.hpp"

#include "broker/text/base64.hpp"
#include "broker/text/time.hpp"
#include "broker/text/utf8.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace nightjar::plugins::sensors {

namespace {

constexpr std::size_t longest_address = 254, base64_line = 76;

// "Sat, 21 Nov 2026 16:18:39 +0000"
std::string date_text(std::int64_t ms) {
    auto text = text::format_http_date(ms);
    if (text.ends_with("GMT")) text.replace(text.size() - 3, 3, "+0000");
    return text;
}

// One line of well-formed characters, none of them a control character.
std::string cleaned(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const auto first = static_cast<unsigned char>(text.front());
        const auto length = first < 0x80 ? 1 : text::utf8_length(text);
        const bool good = length > 0 && first >= 0x20 && first != 0x7F;
        good ? out.append(text.substr(0, length)) : out.append(1, '?');
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return out;
}

std::string in_lines(std::string_view bytes) {
    const auto encoded = text::base64_encode(bytes);
    std::string out;
    for (std::size_t at = 0; at < encoded.size(); at += base64_line)
        out.append(encoded, at, base64_line).append("\r\n");
    return out;
}

} // namespace

bool is_mail_address(std::string_view text) {
    const auto at = text.find('@');
    if (text.size() > longest_address || at == 0 || at == std::string_view::npos || at + 1 == text.size()) return false;
    if (text.find('@', at + 1) != std::string_view::npos) return false;
    constexpr std::string_view special = "()<>[]:;\\,\" ";
    return std::all_of(text.begin(), text.end(), [&](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte > 0x20 && byte < 0x7F && special.find(c) == std::string_view::npos;
    });
}

std::string encoded_subject(std::string_view subject) {
    constexpr std::size_t plain_line = 60, bytes_per_word = 45; // 75 characters with what is around them
    auto clean = cleaned(subject);
    const bool ascii =
        std::all_of(clean.begin(), clean.end(), [](char c) { return static_cast<unsigned char>(c) < 0x7F; });
    if (ascii && clean.size() <= plain_line && clean.find("=?") == std::string::npos) return clean;
    std::string out;
    for (std::string_view rest = clean; !rest.empty();) {
        const auto size = text::utf8_prefix(rest.substr(0, bytes_per_word));
        if (!out.empty()) out += "\r\n ";
        out += fmt::format("=?UTF-8?B?{}?=", text::base64_encode(rest.substr(0, size)));
        rest.remove_prefix(size);
    }
    return out;
}

std::string mail_text(const mail& what) {
    const auto domain = what.from.substr(what.from.find('@') + 1);
    return fmt::format("Date: {}\r\nFrom: <{}>\r\nTo: <{}>\r\nSubject: {}\r\nMessage-ID: <{}@{}>\r\n"
                       "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
                       "Content-Transfer-Encoding: base64\r\nAuto-Submitted: auto-generated\r\n\r\n{}",
                       date_text(what.date_ms), what.from, what.to, encoded_subject(what.subject), what.id, domain,
                       in_lines(what.body));
}

} // namespace nightjar::plugins::sensors
