// Rows as text, columns aligned. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/value.hpp>

namespace nightjar::ctl {

using row = std::vector<std::string>;

// The first row is the heading. Widths count characters, not bytes.
std::string format_table(const std::vector<row>& rows);

// A field of an object as text; empty if it is missing or null.
std::string text_of(const boost::json::object& from, const char* name);

// Of what others chose, for a terminal: control characters as \xNN, and at most `width` characters.
std::string printable(std::string_view text, std::size_t width = SIZE_MAX);

} // namespace nightjar::ctl
