// How a log line looks. Pure.
#pragma once

#include "broker/log/logger.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace nightjar::log {

// UTF-8 without control characters, and not endless.
std::string printable(std::string_view text);

// "1769612875: ", or by strftime(3) in local time.
std::string timestamp(const std::string& format, std::int64_t seconds);

// {"time":"2026-01-28T15:07:55.000123Z","level":"notice","message":"...", fields}: valid JSON whatever is in it.
std::string json_line(level at, std::string_view text, fields about, std::int64_t us);

std::string_view name_of(level at); // as log_type has it

} // namespace nightjar::log
