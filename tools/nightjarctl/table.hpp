// Rows as text, columns aligned. Pure.
#pragma once

#include <string>
#include <vector>

#include <boost/json/value.hpp>

namespace nightjar::ctl {

using row = std::vector<std::string>;

// The first row is the heading. Widths count characters, not bytes.
std::string format_table(const std::vector<row>& rows);

// A field of an object as text; empty if it is missing or null.
std::string text_of(const boost::json::object& from, const char* name);

} // namespace nightjar::ctl
