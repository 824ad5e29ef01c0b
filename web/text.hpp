// The text tools of broker/text under the names the web side uses.
#pragma once

#include "broker/text/base64.hpp"
#include "broker/text/json_number.hpp"
#include "broker/text/json_writer.hpp"
#include "broker/text/percent.hpp"
#include "broker/text/time.hpp"

namespace nightjar::web {

using text::append_json_string;
using text::base64_decode;
using text::base64_encode;
using text::format_http_date;
using text::format_time;
using text::json_writer;
using text::number_of;
using text::parse_time;
using text::percent_decode;
using text::percent_encode;
using text::plus_sign;

} // namespace nightjar::web
