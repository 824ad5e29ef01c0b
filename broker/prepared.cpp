#include "broker/prepared.hpp"

#include "broker/net/tls_listeners.hpp"
#include "storage/recovery.hpp"

#include <fmt/format.h>

namespace nightjar {

namespace {

// It is damaged itself when it would be wanted, or goes to make room for its copy.
void check_backup(const config::configuration& conf, std::vector<config::finding>& findings) {
    if (conf.on_damaged_store != config::configuration::damaged_store::backup ||
        !storage::belongs_to(conf.persistence_location, conf.backup_file))
        return;
    findings.push_back({config::severity::error,
                        fmt::format("on_damaged_store: {} is a file of the store itself; a backup has another name.",
                                    conf.backup_file),
                        conf.backup_where,
                        {}});
}

} // namespace

prepared prepare(const config::load_options& options) {
    prepared result{config::load(options), {}, nullptr};
    auto& [conf, findings] = result.loaded;
    for (const auto& p : conf.plugins) result.sensors.push_back(plugins::sensors::read_options(p, findings));
    result.access = plugins::access_control::read_files(conf, findings);
    config::warn_of_open_listeners(conf, findings);
    net::tls_listeners::check(conf.listeners, findings);
    check_backup(conf, findings);
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
