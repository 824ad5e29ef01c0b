#include "web/list_parameters.hpp"

#include "web/text.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

namespace nightjar::web {

namespace {

// Each reads one parameter, if it is there, and returns the reason if it cannot.
using problem = std::optional<std::string_view>;

problem read_time(const query_parameters& from, std::string_view name, std::optional<std::int64_t>& ms) {
    const auto text = from.find(name);
    if (!text) return std::nullopt;
    ms = parse_time(*text);
    if (ms) return std::nullopt;
    return "from and to are ISO 8601 times with Z or an offset, or seconds or milliseconds since 1970.";
}

problem read_numbers(list_parameters& into) {
    if (const auto text = into.all.find("limit")) {
        const auto limit = parse_number(*text);
        if (!limit || *limit == 0) return "limit is a number from 1 to 10000.";
        into.limit = static_cast<std::size_t>(std::min<std::uint64_t>(*limit, list_parameters::maximum_limit));
    }
    if (const auto text = into.all.find("before")) {
        into.before = parse_number(*text);
        if (!into.before) return "before is the id at which the last page ended.";
    }
    return std::nullopt;
}

problem read_choices(list_parameters& into) {
    const auto order = into.all.find("order").value_or("desc");
    if (order != "asc" && order != "desc") return "order is asc or desc.";
    into.ascending = order == "asc";

    const auto format = into.all.find("format").value_or("json");
    if (format == "csv") {
        into.format = list_format::csv;
    } else if (format == "ndjson") {
        into.format = list_format::ndjson;
    } else if (format != "json") {
        return "format is json, csv or ndjson.";
    }
    return std::nullopt;
}

} // namespace

std::optional<std::uint64_t> parse_number(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

result<list_parameters> read_list_parameters(const request& what, std::size_t default_limit) {
    auto query = query_parameters::parse(what.query);
    if (!query) return bad_request("bad_query", "The query string is not well-formed.");
    list_parameters read;
    read.limit = default_limit;
    read.all = std::move(*query);
    auto wrong = read_numbers(read);
    if (!wrong) wrong = read_time(read.all, "from", read.from_ms);
    if (!wrong) wrong = read_time(read.all, "to", read.to_ms);
    if (!wrong) wrong = read_choices(read);
    if (wrong) return bad_request("bad_parameter", *wrong);
    return read;
}

std::string write_cursor(const plugin::list_position& position) {
    return fmt::format("{}.{}", position.number, position.start);
}

std::optional<plugin::list_position> read_cursor(std::string_view text) {
    const auto dot = text.find('.');
    if (dot == std::string_view::npos) return std::nullopt;
    const auto number = parse_number(text.substr(0, dot));
    const auto start = text.substr(dot + 1);
    if (!number || start.size() > plugin::list_position::compared) return std::nullopt;
    return plugin::list_position{std::string(start), *number};
}

void add_next_link(response& answer, const request& what, const query_parameters& parameters, std::uint64_t before) {
    add_next_link(answer, what, parameters, "before", std::to_string(before));
}

void add_next_link(response& answer, const request& what, const query_parameters& parameters, std::string_view name,
                   std::string_view value) {
    std::string path;
    for (std::string_view rest = what.path; !rest.empty();) { // each segment encoded, the slashes kept
        rest.remove_prefix(1);
        const auto end = std::min(rest.find('/'), rest.size());
        path += '/' + percent_encode(rest.substr(0, end));
        rest.remove_prefix(end);
    }
    answer.fields.emplace_back("Link", fmt::format("<{}/?{}>; rel=\"next\"", path, parameters.with(name, value)));
}

} // namespace nightjar::web
