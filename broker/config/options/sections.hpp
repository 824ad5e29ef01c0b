// The option table, section by section: each adds its rows.
#pragma once

#include "broker/config/option_table.hpp"

#include <vector>

namespace nightjar::config {

void add_general_options(std::vector<option>& t);
void add_logging_options(std::vector<option>& t);
void add_listener_options(std::vector<option>& t);
void add_tls_options(std::vector<option>& t);
void add_plugin_options(std::vector<option>& t);
void add_bridge_options(std::vector<option>& t);

} // namespace nightjar::config
