// Numbers in JSON that devices and clients send. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include <boost/json/value.hpp>

namespace nightjar::text {

// A finite decimal number that is the whole text; no blanks, no "nan", no "0x10".
std::optional<double> parse_number(std::string_view text);

// A whole number from 1 to 4,294,967,295, in digits alone.
std::optional<std::uint32_t> parse_id(std::string_view text);

// A finite number, or a string that is one ("25.5").
std::optional<double> number_of(const boost::json::value& value);

} // namespace nightjar::text
