// A message as a line of JSON: {"topic","payload","encoding","qos","retain"}; encoding is "text", or "base64" where the
// payload is no UTF-8, as REST has it of retained messages.
#pragma once

#include "broker/codec/packets.hpp"

#include <string>

namespace nightjar::ctl {

std::string message_line(const codec::publish& message);

} // namespace nightjar::ctl
