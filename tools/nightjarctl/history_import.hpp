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

// Of a file, enough to see what it holds: its first 4096 bytes. Throws as commands do.
std::string beginning_of(const std::string& file);

} // namespace nightjar::ctl
