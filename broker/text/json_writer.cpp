#include "broker/text/json_writer.hpp"

#include "broker/text/utf8.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <iterator>

#include <fmt/format.h>

namespace nightjar::text {

namespace {

void append_escaped(std::string& out, char c) {
    switch (c) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default: break;
    }
    fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(c));
}

// How many bytes from the front stand for themselves: nearly always all of them.
std::size_t plain_prefix(std::string_view text) {
    const auto end = std::find_if(text.begin(), text.end(), [](char c) {
        return static_cast<signed char>(c) < 0x20 || c == '"' || c == '\\' || c == 0x7F; // below: controls, not ASCII
    });
    return static_cast<std::size_t>(end - text.begin());
}

template <typename Number>
void append_integer(std::string& out, Number number) {
    std::array<char, 20> digits; // of the longest
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    out.append(digits.data(), end);
}

} // namespace

void append_json_string(std::string& out, std::string_view text) {
    out += '"';
    while (!text.empty()) {
        const auto plain = plain_prefix(text);
        out += text.substr(0, plain);
        text.remove_prefix(plain);
        if (text.empty()) break;
        std::size_t length = 1;
        if (static_cast<unsigned char>(text.front()) < 0x80) {
            append_escaped(out, text.front());
        } else if (length = utf8_length(text); length != 0) {
            out += text.substr(0, length);
        } else {
            out += "\xEF\xBF\xBD";
            length = 1;
        }
        text.remove_prefix(length);
    }
    out += '"';
}

void json_writer::separate() {
    if (comma_) text_ += ',';
    comma_ = true;
}

json_writer& json_writer::begin(char bracket) {
    separate();
    text_ += bracket;
    comma_ = false;
    return *this;
}

json_writer& json_writer::end(char bracket) {
    text_ += bracket;
    comma_ = true;
    return *this;
}

json_writer& json_writer::key(std::string_view name) {
    separate();
    append_json_string(text_, name);
    text_ += ':';
    comma_ = false;
    return *this;
}

json_writer& json_writer::value(std::string_view text) {
    separate();
    append_json_string(text_, text);
    return *this;
}

json_writer& json_writer::value(double number) {
    if (!std::isfinite(number)) return null();
    separate();
    fmt::format_to(std::back_inserter(text_), "{}", number);
    return *this;
}

json_writer& json_writer::value(bool truth) { return raw(truth ? "true" : "false"); }

json_writer& json_writer::integer(std::int64_t number) {
    separate();
    append_integer(text_, number);
    return *this;
}

json_writer& json_writer::integer(std::uint64_t number) {
    separate();
    append_integer(text_, number);
    return *this;
}

json_writer& json_writer::null() { return raw("null"); }

json_writer& json_writer::raw(std::string_view json) {
    separate();
    text_ += json;
    return *this;
}

} // namespace nightjar::text
