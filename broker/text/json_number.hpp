// Numbers in JSON that devices and clients send. Pure.
#pragma once

#include <optional>
#include <string_view>

#include <boost/json/value.hpp>

namespace nightjar::text {

// A finite decimal number that is the whole text; no blanks, no "nan", no "0x10".
std::optional<double> parse_number(std::string_view text);

// A finite number, or a string that is one ("25.5").
std::optional<double> number_of(const boost::json::value& value);

} // namespace nightjar::text
