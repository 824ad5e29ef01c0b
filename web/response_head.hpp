// The status line and header fields of an answer. Pure.
#pragma once

#include "web/request.hpp"

#include <cstdint>
#include <string>

namespace nightjar::web {

// Ends with the empty line. Adds Date, Content-Length and Connection, and the fields every answer carries.
std::string format_head(const response& answer, unsigned http_version, bool keep_alive, std::int64_t now_ms);

} // namespace nightjar::web
