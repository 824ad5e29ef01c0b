// Asks for a new password.
#pragma once

#include <string>

namespace nightjar::ctl {

// On a terminal twice and without echo, which comes back whatever ends the program; otherwise the first line of
// standard input, without its end. Throws std::runtime_error: nothing was typed, the two differ, more than 65,535
// bytes. Not for two threads at a time.
std::string ask_password(const std::string& user);

} // namespace nightjar::ctl
