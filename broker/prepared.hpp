// A configuration that was read and checked with every file it names, so that what follows cannot fail on them. At
// start and on reload alike: either all of it is good, or nothing of it is used.
#pragma once

#include "broker/config/reader.hpp"
#include "broker/log/logger.hpp"
#include "broker/plugins/access_control/files.hpp"
#include "broker/plugins/sensors/options.hpp"

#include <memory>
#include <vector>

namespace nightjar {

struct prepared {
    config::load_result loaded;                     // its findings: of the conf file and of all others
    std::vector<plugins::sensors::options> sensors; // of each plugin, in conf order
    std::shared_ptr<const plugins::access_control::files> access;

    bool ok() const { return loaded.ok(); }
};

prepared prepare(const config::load_options& options);

// A line of the log for each.
void write_findings(const std::vector<config::finding>& findings, log::logger& log);

} // namespace nightjar
