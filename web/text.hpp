// The text tools of broker/text under the names the web side uses.
#pragma once

#include "broker/text/json_number.hpp"
#include "broker/text/json_writer.hpp"
#include "broker/text/time.hpp"

namespace nightjar::web {

using text::append_json_string;
using text::format_http_date;
using text::format_time;
using text::json_writer;
using text::number_of;
using text::parse_time;

} // namespace nightjar::web
