// nightjarctl import of stored values: a CSV or NDJSON file goes to a running broker, over REST, piece by piece.
#pragma once

#include "tools/nightjarctl/history_file.hpp"
#include "tools/nightjarctl/http_client.hpp"

#include <cstdint>
#include <string>

namespace nightjar::ctl {

struct history_import {
    rest_access where;
    std::string file; // "-": standard input
    bool strict = false;
    bool json = false;
    std::uint64_t first_line = 1;
};

// The exit status: 1 if any line was refused. Throws std::runtime_error as commands do.
int import_history(const history_import& what, history_format format);

// What a file seems to hold; nothing: no values.
std::optional<history_format> look_at_history(const std::string& file);

} // namespace nightjar::ctl
