// Reads mosquitto.conf syntax. Every mistake of a run is collected, none stops the reading, so that one run shows
// all of them. Called before serving and on reload, from one thread; touches nothing but the files named.
#pragma once

#include "broker/config/configuration.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace nightjar::config {

enum class severity { notice, warning, error };

// "Error: Unknown configuration variable "foo", did you mean "..."?" at FILE:LINE.
struct finding {
    severity level = severity::error;
    std::string text;
    origin where;
    std::string included_from; // "FILE:LINE" of the include_dir; empty: in the main file
};

struct load_result {
    configuration conf;
    std::vector<finding> findings; // in file order
    bool ok() const;               // no finding is an error
};

struct load_options {
    std::string file;                 // -c; empty: no conf file, the loopback defaults
    std::vector<std::uint16_t> ports; // -p, used only if the conf names no listener
    bool verbose = false;             // -v: all log types
    bool quiet = false;               // -q: no log at all
};

load_result load(const load_options& options);

// Listeners of the network that ask nobody for a name: what an operator may not have meant.
void warn_of_open_listeners(const configuration& conf, std::vector<finding>& findings);

// An error's words as a finding has them: a capital in front, a dot behind.
std::string sentence(std::string words);

// As mosquitto prints it: "Error: ..." and, on a line of its own, " Error found at FILE:LINE."
std::string format_finding(const finding& f);

} // namespace nightjar::config
