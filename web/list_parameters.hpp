// The query parameters that every list takes: limit, from, to, before, order, format. Pure.
#pragma once

#include "broker/plugin/list_position.hpp"
#include "web/query.hpp"
#include "web/request.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace nightjar::web {

enum class list_format { json, csv, ndjson };

struct list_parameters {
    static constexpr std::size_t default_limit = 1000;
    static constexpr std::size_t maximum_limit = 10'000; // a larger one is taken as this

    std::size_t limit = default_limit;
    std::optional<std::int64_t> from_ms, to_ms;
    std::optional<std::uint64_t> before;
    bool ascending = false;
    list_format format = list_format::json;
    query_parameters all;
};

// A 400 that names the parameter if one cannot be read.
result<list_parameters> read_list_parameters(const request& what,
                                             std::size_t default_limit = list_parameters::default_limit);

// The whole text as a number, without sign or blanks.
std::optional<std::uint64_t> parse_number(std::string_view text);

// A position as the parameter "after": "NUMBER.START".
std::string write_cursor(const plugin::list_position& position);
std::optional<plugin::list_position> read_cursor(std::string_view text);

// `Link: <...>; rel="next"`: the same list, from `before` on; or with another parameter for where to go on.
void add_next_link(response& answer, const request& what, const query_parameters& parameters, std::uint64_t before);
void add_next_link(response& answer, const request& what, const query_parameters& parameters, std::string_view name,
                   std::string_view value);

} // namespace nightjar::web
