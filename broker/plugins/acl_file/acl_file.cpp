#include "broker/plugins/acl_file/acl_file.hpp"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <optional>
#include <system_error>

namespace nightjar::plugins::acl_file {

namespace {

using config::severity;

constexpr std::string_view blanks = " \t\n\v\f\r"; // isspace()

std::string_view without_end(std::string_view text) { return text.substr(0, text.find_last_not_of(blanks) + 1); }
std::string_view without_begin(std::string_view text) {
    return text.substr(std::min(text.find_first_not_of(blanks), text.size()));
}

// As strtok(text, " "): the next word, taken from `rest` together with the blank behind it.
std::string_view take_word(std::string_view& rest) {
    rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
    const auto word = rest.substr(0, rest.find(' '));
    rest.remove_prefix(std::min(word.size() + 1, rest.size()));
    return word;
}

// In quotes, short, and harmless for a terminal or a log: what is no printable text becomes \xNN.
std::string quoted(std::string_view text) {
    constexpr std::size_t longest = 60;
    auto size = std::min(text.size(), longest);
    while (size < text.size() && size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) --size;
    const auto head = text.substr(0, size);
    const bool is_text = codec::valid_utf8(head);
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string out = "\"";
    for (const char c : head) {
        const auto byte = static_cast<unsigned char>(c);
        if (is_text || (byte >= 0x20 && byte < 0x7F)) {
            out += c;
        } else {
            out.append("\\x").append(1, digits[byte >> 4]).append(1, digits[byte & 0x0F]);
        }
    }
    return out + (size < text.size() ? "...\"" : "\"");
}

struct access_word {
    std::string_view name;
    bool read, write;
};
constexpr access_word access_words[] = {
    {"read", true, false}, {"write", false, true}, {"readwrite", true, true}, {"deny", false, false}};

const access_word* find_access(std::string_view name) {
    const auto* found = std::find_if(std::begin(access_words), std::end(access_words),
                                     [&](const access_word& word) { return word.name == name; });
    return found == std::end(access_words) ? nullptr : found;
}

// Whether a filter has %c or %u as a whole level, and inside one.
struct placeholders {
    bool whole = false, inside = false;

    explicit placeholders(std::string_view filter) {
        codec::levels all(filter);
        for (codec::bytes level; all.next(level);) {
            if (level == "%c" || level == "%u") {
                whole = true;
            } else if (level.find("%c") != codec::bytes::npos || level.find("%u") != codec::bytes::npos) {
                inside = true;
            }
        }
    }
};

class reader {
  public:
    explicit reader(const std::string& path) : where_{path, 0} {}

    void read(std::string_view text) {
        while (!text.empty()) {
            const auto end = std::min(text.find('\n'), text.size());
            ++where_.line;
            if (!text.starts_with('#')) read_line(without_end(text.substr(0, end)));
            text.remove_prefix(std::min(end + 1, text.size()));
        }
    }

    void report(severity level, std::string text) {
        failed_ = failed_ || level == severity::error;
        result_.findings.push_back({level, std::move(text), where_, {}});
    }

    read_result finish() && {
        if (!failed_) result_.rules = std::make_shared<const acl>(std::move(rules_));
        return std::move(result_);
    }

  private:
    void read_line(std::string_view line) {
        auto rest = line;
        const auto keyword = take_word(rest);
        if (keyword.empty()) return;
        if (keyword == "user") return read_user(without_begin(rest));
        if (keyword == "topic" || keyword == "pattern")
            return read_rule(line.substr(line.find(keyword)), keyword == "pattern", rest);
        std::string hint;
        if (keyword.find('\t') != std::string_view::npos) hint = " A tab is no blank here.";
        if (keyword == "#") hint = " A comment begins in column 1.";
        report(severity::error,
               "Unknown keyword " + quoted(keyword) + ". A line begins with user, topic, pattern or #." + hint);
    }

    void read_user(std::string_view name) {
        user_.clear();
        if (name.empty()) return report(severity::error, "A user without a name.");
        if (!codec::valid_utf8(name) || name.size() > 65'535)
            return report(severity::error, "No client can have the user name " + quoted(name) + ".");
        user_ = name;
    }

    void read_rule(std::string_view line, bool pattern, std::string_view rest) {
        const auto first = take_word(rest);
        const auto second = without_begin(rest);
        if (first.empty()) return report(severity::error, "A line without a topic filter.");
        auto granted = access_words[2];
        auto filter = first;
        if (!second.empty()) {
            const auto* word = find_access(first);
            if (word == nullptr)
                return report(severity::error,
                              "Unknown access " + quoted(first) + ". It is read, write, readwrite or deny.");
            granted = *word;
            filter = second;
        }
        if (const auto good = codec::check_topic_filter(filter); !good)
            return report(severity::error,
                          "Wrong topic filter " + quoted(filter) + ": " + std::string(describe(good.error())) + ".");
        if (second.empty() && find_access(first) != nullptr)
            report(severity::warning,
                   "A line without a topic filter? It allows reading and writing the topic " + quoted(first) + ".");
        warn_of_placeholders(pattern, filter);
        rules_.push_back({where_.line, std::string(line), std::string(filter), granted.read, granted.write, pattern,
                          pattern ? std::string() : user_});
    }

    // mosquitto takes these lines as well, and they do not do what they look like.
    void warn_of_placeholders(bool pattern, std::string_view filter) {
        const placeholders found(filter);
        if (!pattern && found.whole)
            report(severity::warning,
                   "%c and %u stand for names in patterns only, not in the topic " + quoted(filter) + ".");
        if (pattern && found.inside)
            report(severity::warning, "%c and %u stand for names as whole levels only; in the pattern " +
                                          quoted(filter) + " they are just letters.");
        if (pattern && !found.inside && !found.whole)
            report(severity::warning, "The pattern " + quoted(filter) + " has no %c or %u: it is for every client.");
    }

    read_result result_;
    std::vector<rule> rules_;
    config::origin where_;
    std::string user_; // of the last user line; empty: anonymous clients
    bool failed_ = false;
};

// Appends a file's bytes, or tells why it cannot.
std::optional<std::string> read_bytes(const std::string& path, std::string& text) {
    std::error_code error;
    // Like mosquitto no directory and no pipe: reading one would give nothing or block the start.
    const auto status = std::filesystem::status(path, error);
    if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) return "it is not a file";
    errno = 0;
    std::ifstream in(path, std::ios::binary);
    char part[16'384];
    while (in.read(part, sizeof part) || in.gcount() > 0) text.append(part, static_cast<std::size_t>(in.gcount()));
    if (in.is_open() && !in.bad()) return std::nullopt;
    return std::generic_category().message(errno);
}

} // namespace

read_result read_acl_text(std::string_view text, const std::string& path) {
    reader work(path);
    work.read(text);
    return std::move(work).finish();
}

read_result read_acl_file(const std::string& path) {
    std::string text;
    const auto failure = read_bytes(path, text);
    if (!failure) return read_acl_text(text, path);
    reader work(path);
    work.report(severity::error, "Unable to read acl_file \"" + path + "\": " + *failure + ".");
    return std::move(work).finish();
}

} // namespace nightjar::plugins::acl_file
