#include "tools/nightjarctl/history_file.hpp"

#include "broker/text/json_writer.hpp"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

namespace nightjar::ctl {

namespace {

constexpr std::size_t longest_row = 400'000; // bytes, as the server has it
// Columns that say something; others are left out. Each of the first three groups has to be there.
const std::vector<std::vector<std::string_view>> needed = {
    {"sensor", "sensor_id"}, {"value"}, {"created_at", "timestamp", "time", "t"}};
constexpr std::string_view useful[] = {"id", "unit", "type", "name", "device", "source", "topic"};

std::string lower_case(std::string_view text) {
    std::string result;
    for (const char c : text)
        if (c != ' ' && c != '\t') result += static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    return result;
}

bool has_any(const std::vector<std::string>& columns, const std::vector<std::string_view>& names) {
    return std::any_of(names.begin(), names.end(), [&](std::string_view name) {
        return std::find(columns.begin(), columns.end(), name) != columns.end();
    });
}

bool means_something(std::string_view column) {
    for (const auto& names : needed)
        if (std::find(names.begin(), names.end(), column) != names.end()) return true;
    return std::find(std::begin(useful), std::end(useful), column) != std::end(useful);
}

} // namespace

std::optional<history_format> history_format_of(std::string_view beginning) {
    if (beginning.starts_with("\xEF\xBB\xBF")) beginning.remove_prefix(3);
    const auto at = beginning.find_first_not_of(" \t\r\n");
    if (at == std::string_view::npos) return std::nullopt;
    if (beginning[at] == '{') return history_format::ndjson;
    const auto heading = lower_case(beginning.substr(0, beginning.find('\n')));
    const bool is_text =
        std::none_of(heading.begin(), heading.end(), [](unsigned char c) { return c < ' ' && c != '\r'; });
    return is_text && heading.find("value") != std::string::npos ? std::optional(history_format::csv) : std::nullopt;
}

history_file::history_file(std::istream& from, history_format format) : from_(from), format_(format) {
    if (format == history_format::ndjson) return;
    std::vector<std::string> names;
    std::string wrong;
    if (!read_fields(names, wrong) || !wrong.empty()) throw std::runtime_error("there is no heading with the columns");
    if (names[0].starts_with("\xEF\xBB\xBF")) names[0].erase(0, 3); // of programs that mark UTF-8
    for (const auto& name : names) columns_.push_back(lower_case(name));
    for (const auto& group : needed)
        if (!has_any(columns_, group))
            throw std::runtime_error(
                fmt::format("line 1 names no column {}; wanted are sensor, value and created_at", group.front()));
    for (auto& name : columns_)
        if (!means_something(name)) name.clear();
}

bool history_file::read_line(std::string& into) {
    if (!std::getline(from_, into)) return false;
    ++line_;
    bytes_ += into.size() + 1;
    return true;
}

// One record, RFC 4180: a quoted field may hold commas, quotes that are doubled, and ends of lines.
bool history_file::read_fields(std::vector<std::string>& fields, std::string& wrong) {
    fields.assign(1, {});
    std::string line;
    if (!read_line(line)) return false;
    bool quoted = false;
    std::size_t size = 0;
    for (;;) {
        if (line.ends_with('\r')) line.pop_back();
        size += line.size();
        for (std::size_t i = 0; i < line.size(); ++i) {
            const char c = line[i];
            if (c == '"' && quoted && i + 1 < line.size() && line[i + 1] == '"') {
                fields.back() += line[++i];
            } else if (c == '"') {
                quoted = !quoted;
            } else if (c == ',' && !quoted) {
                fields.emplace_back();
            } else {
                fields.back() += c;
            }
        }
        if (!quoted) return true;
        if (size > longest_row) {
            wrong = fmt::format("a quote is not closed within {} bytes.", longest_row);
            return true;
        }
        fields.back() += '\n';
        if (!read_line(line)) {
            wrong = "a quote is not closed.";
            return true;
        }
    }
}

void history_file::write_object(history_row& into, const std::vector<std::string>& fields) const {
    if (fields.size() != columns_.size()) {
        into.wrong = fmt::format("{} fields where the heading has {}.", fields.size(), columns_.size());
        return;
    }
    text::json_writer out;
    out.begin_object();
    for (std::size_t i = 0; i < fields.size(); ++i)
        if (!columns_[i].empty() && !fields[i].empty()) out.field(columns_[i], fields[i]);
    into.json = out.end_object().take();
}

bool history_file::next(history_row& into) {
    for (;;) {
        into = {line_ + 1, {}, {}};
        if (format_ == history_format::ndjson) {
            if (!read_line(into.json)) return false;
            if (into.json.ends_with('\r')) into.json.pop_back();
            if (into.json.empty()) continue;
        } else {
            std::vector<std::string> fields;
            if (!read_fields(fields, into.wrong)) return false;
            if (fields.size() == 1 && fields[0].empty()) continue;
            if (into.wrong.empty()) write_object(into, fields);
        }
        if (into.json.size() > longest_row) into.wrong = fmt::format("it is longer than {} bytes.", longest_row);
        return true;
    }
}

} // namespace nightjar::ctl
