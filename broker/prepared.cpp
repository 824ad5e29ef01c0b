#include "broker/prepared.hpp"

#include "broker/plugins/sensors/options.hpp"

namespace nightjar {

prepared prepare(const config::load_options& options) {
    prepared result{config::load(options), nullptr};
    auto& [conf, findings] = result.loaded;
    for (const auto& p : conf.plugins) plugins::sensors::read_options(p, findings);
    result.access = plugins::access_control::read_files(conf, findings);
    return result;
}

} // namespace nightjar
