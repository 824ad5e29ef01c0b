// JSON that clients send: read with Boost.JSON, whatever the Content-Type says. Pure.
#pragma once

#include "web/request.hpp"
#include "web/text.hpp"

#include <optional>
#include <string_view>

#include <boost/json/object.hpp>

namespace nightjar::web {

// Nothing if the body is not one JSON object in valid UTF-8.
std::optional<boost::json::object> parse_object(std::string_view body);
inline constexpr std::string_view not_an_object = "The body has to be one JSON object.";

// Writes the value again, numbers in their shortest form. False if it holds a number that is not finite
// (1e400).
bool write_json(json_writer& out, const boost::json::value& value);

} // namespace nightjar::web
