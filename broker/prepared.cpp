#include "broker/prepared.hpp"

#include "broker/net/tls_listeners.hpp"

#include <fmt/format.h>

namespace nightjar {

prepared prepare(const config::load_options& options) {
    prepared result{config::load(options), {}, nullptr};
    auto& [conf, findings] = result.loaded;
    for (const auto& p : conf.plugins) result.sensors.push_back(plugins::sensors::read_options(p, findings));
    result.access = plugins::access_control::read_files(conf, findings);
    config::warn_of_open_listeners(conf, findings);
    net::tls_listeners::check(conf.listeners, findings);
    return result;
}

void write_findings(const std::vector<config::finding>& findings, log::logger& log) {
    for (const auto& f : findings) {
        const auto place = f.where.file.empty() ? "" : fmt::format(" ({}:{})", f.where.file, f.where.line);
        switch (f.level) {
        case config::severity::error: log.error("Error: {}{}", f.text, place); break;
        case config::severity::warning: log.warning("Warning: {}{}", f.text, place); break;
        case config::severity::notice: log.notice("{}{}", f.text, place); break;
        }
    }
}

} // namespace nightjar
