#include "broker/prepared.hpp"

#include "broker/net/tls_listeners.hpp"

namespace nightjar {

prepared prepare(const config::load_options& options) {
    prepared result{config::load(options), {}, nullptr};
    auto& [conf, findings] = result.loaded;
    for (const auto& p : conf.plugins) result.sensors.push_back(plugins::sensors::read_options(p, findings));
    result.access = plugins::access_control::read_files(conf, findings);
    net::tls_listeners::check(conf.listeners, findings);
    return result;
}

} // namespace nightjar
