#include "tools/nightjarctl/password_lines.hpp"

#include "broker/codec/topic.hpp"
#include "broker/config/values.hpp"
#include "broker/plugins/password_file/password_file.hpp"

#include <algorithm>

namespace nightjar::ctl {

namespace {

using config::trim;
namespace passwords = plugins::password_file;

// The next line with its end, which is taken off.
std::string_view take_line(std::string_view& text) {
    const auto end = text.find('\n');
    const auto line = text.substr(0, end == std::string_view::npos ? end : end + 1);
    text.remove_prefix(line.size());
    return line;
}

// Nothing: the line is no user's.
std::optional<std::string_view> name_in(std::string_view line) {
    const auto colon = line.find(':');
    if (line.starts_with('#') || colon == std::string_view::npos) return std::nullopt;
    return trim(line.substr(0, colon));
}

void append_user(std::string& out, std::string_view name, std::string_view hash) {
    if (!out.empty() && out.back() != '\n') out += '\n';
    out.append(name).append(":").append(hash).append("\n");
}

bool looks_hashed(std::string_view text) {
    return std::any_of(std::begin(passwords::hash_prefixes), std::end(passwords::hash_prefixes),
                       [&](std::string_view prefix) { return text.starts_with(prefix); });
}

// Nothing: hash it.
std::optional<std::string_view> fault_of_plain(std::string_view password, std::string_view rest) {
    if (password.empty()) return "there is no password";
    if (looks_hashed(password)) return "what looks like a hash is none";
    if (rest.find(':') != std::string_view::npos) return "a ':' after the first: is it part of the password?";
    if (password.find('\0') != std::string_view::npos) return "there is a zero byte in the password";
    return std::nullopt;
}

} // namespace

std::optional<std::string_view> fault_of_name(std::string_view name) {
    if (name.empty()) return "it is empty";
    if (name.size() > passwords::most_name_bytes) return "it has more than 65,535 bytes";
    if (name.find(':') != std::string_view::npos) return "there is a ':' in it";
    if (!codec::valid_utf8(name)) return "it has control characters or is not UTF-8";
    if (name.starts_with('#')) return "it begins with '#', as comments do";
    if (trim(name) != name) return "it begins or ends with a blank, which is lost in the file";
    return std::nullopt;
}

std::string with_user(std::string_view text, std::string_view name, std::string_view hash) {
    std::string out;
    bool written = false;
    while (!text.empty()) {
        const auto line = take_line(text);
        if (name_in(line) != name) {
            out += line;
        } else if (!std::exchange(written, true)) {
            append_user(out, name, hash);
        }
    }
    if (!written) append_user(out, name, hash);
    return out;
}

std::optional<std::string> without_user(std::string_view text, std::string_view name) {
    std::string out;
    bool found = false;
    while (!text.empty()) {
        const auto line = take_line(text);
        const bool his = name_in(line) == name;
        found = found || his;
        if (!his) out += line;
    }
    return found ? std::optional(std::move(out)) : std::nullopt;
}

hashed_lines hash_plain_lines(std::string_view text, const std::function<std::string(std::string_view)>& hash) {
    hashed_lines result;
    for (int number = 1; !text.empty(); ++number) {
        const auto line = take_line(text);
        const auto name = name_in(line);
        if (!name) {
            result.text += line;
            continue;
        }
        const auto rest = trim(line.substr(line.find(':') + 1));
        const auto first = trim(rest.substr(0, rest.find(':')));
        if (passwords::parse_hash(first)) {
            ++result.left_alone;
            result.text += line;
        } else if (const auto fault = fault_of_plain(first, rest)) {
            result.faults.push_back({number, *fault});
        } else {
            ++result.hashed;
            append_user(result.text, *name, hash(first));
        }
    }
    return result;
}

} // namespace nightjar::ctl
