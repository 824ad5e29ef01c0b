// nightjar's command line, mosquitto's letters. Parsed once, in main.
#pragma once

#include "broker/config/reader.hpp"

#include <optional>
#include <string>

namespace nightjar::config {

struct command_line {
    load_options options;
    bool daemonize = false;
    bool test_config = false;
    std::optional<int> exit_status; // help, version or a mistake: print `text` and end
    std::string text;
};

command_line parse_command_line(int argc, const char* const* argv);

} // namespace nightjar::config
