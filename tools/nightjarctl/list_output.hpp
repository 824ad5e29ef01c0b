// What the commands that list things print: a table, or the pages of the server as one JSON array.
#pragma once

#include "tools/nightjarctl/http_client.hpp"
#include "tools/nightjarctl/table.hpp"

#include <functional>
#include <string>

namespace nightjar::ctl {

// The list at `path`, at most `limit` entries, to stdout: as the server sends them, or a row for each below `heading`.
// Throws as get_pages().
void print_list(const rest_access& where, const std::string& path, std::size_t limit, bool as_json, row heading,
                const std::function<row(const boost::json::object&)>& row_of);

} // namespace nightjar::ctl
