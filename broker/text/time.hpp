// Times as text: ISO 8601 in UTC out, ISO 8601 or epoch in. Milliseconds since 1970 inside. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace nightjar::text {

// "2026-01-28T15:07:55Z", with three digits of a fraction only when it is not zero. Years 0 to 9999; what
// lies outside is held to the nearest end.
std::string format_time(std::int64_t ms);

// "2026-01-28T15:07:55.000123Z": RFC 3339, always six digits. Microseconds since 1970.
std::string format_time_us(std::int64_t us);

// ISO 8601 with 'Z' or an offset, a date alone (midnight UTC), or a number: seconds since 1970, or
// milliseconds when it is too large for seconds (100,000,000,000, the year 5138). In an offset a space stands
// for '+', which is what a query makes of it.
std::optional<std::int64_t> parse_time(std::string_view text);

// "Sun, 06 Nov 1994 08:49:37 GMT", for the Date field.
std::string format_http_date(std::int64_t ms);

} // namespace nightjar::text
