#include "broker/log/line.hpp"

#include "broker/text/json_writer.hpp"
#include "broker/text/time.hpp"
#include "broker/text/utf8.hpp"

#include <algorithm>
#include <ctime>
#include <iterator>

#include <fmt/format.h>

namespace nightjar::log {

namespace {
constexpr std::size_t longest_line = 4096;
}

std::string printable(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    auto rest = text.substr(0, longest_line);
    while (!rest.empty()) {
        const auto byte = static_cast<unsigned char>(rest[0]);
        const auto length = byte < 0x80 ? std::size_t{1} : text::utf8_length(rest);
        const auto character = rest.substr(0, std::max<std::size_t>(length, 1));
        rest.remove_prefix(character.size());
        // C1 controls are U+0080 to U+009F: some terminals obey them.
        const bool c1 = length == 2 && byte == 0xC2 && static_cast<unsigned char>(character[1]) < 0xA0;
        const bool control = (byte < 0x20 && !(byte == '\t' && out.empty())) || byte == 0x7F || c1;
        if (length != 0 && !control) {
            out += character;
            continue;
        }
        for (const char c : character)
            fmt::format_to(std::back_inserter(out), "\\x{:02X}", static_cast<unsigned char>(c));
    }
    if (text.size() > longest_line) out += "...";
    return out;
}

std::string timestamp(const std::string& format, std::int64_t seconds) {
    if (format.empty()) return fmt::format("{}: ", seconds);
    const auto when = static_cast<std::time_t>(seconds);
    std::tm parts{};
    ::localtime_r(&when, &parts);
    char text[200];
    const auto size = std::strftime(text, sizeof text, format.c_str(), &parts);
    return std::string(text, size) + ": ";
}

std::string_view name_of(level at) {
    constexpr std::string_view names[] = {"error", "warning",   "notice",      "information",
                                          "debug", "subscribe", "unsubscribe", "websockets"};
    return names[static_cast<unsigned>(at)];
}

std::string json_line(level at, std::string_view text, fields about, std::int64_t us) {
    if (text.starts_with('\t')) text.remove_prefix(1);
    text::json_writer out;
    out.begin_object().field("time", text::format_time_us(us)).field("level", name_of(at));
    out.field("message", text.substr(0, longest_line));
    for (const auto& f : about) {
        switch (f.is) {
        case field::kind::number: out.field(f.name, f.number); break;
        case field::kind::truth: out.field(f.name, f.number != 0); break;
        case field::kind::text:
            if (!f.text.empty()) out.field(f.name, f.text.substr(0, longest_line));
        }
    }
    return out.end_object().take();
}

} // namespace nightjar::log
