// What the values of options are checked for on the command line, beyond what CLI11 brings: to be given to check().
// A value that is refused is a wrong command line, status 2.
#pragma once

#include <CLI/CLI.hpp>

namespace nightjar::ctl {

CLI::Validator finite_number(); // with Range too, which lets "nan" pass
CLI::Validator topic_name();
CLI::Validator topic_level(); // one level of a topic name
CLI::Validator topic_filter();
CLI::Validator rest_address(); // as rest_url::parse() has it

} // namespace nightjar::ctl
