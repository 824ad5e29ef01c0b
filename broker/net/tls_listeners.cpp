#include "broker/net/tls_listeners.hpp"

#include <stdexcept>

#include <fmt/format.h>

namespace nightjar::net {

tls_listeners::tls_listeners(const std::vector<config::listener>& listeners) : listeners_(listeners) {
    std::vector<std::string> told;
    contexts_ = read(told);
}

tls_listeners::contexts tls_listeners::read(std::vector<std::string>& warnings) const {
    contexts made;
    for (const auto& l : listeners_) {
        if (!speaks_tls(l) || l.closed) continue;
        try {
            made.emplace(&l, std::make_shared<const tls_context>(l, warnings));
        } catch (const std::runtime_error& e) {
            throw std::runtime_error(
                fmt::format("{} (TLS options at {}:{})", e.what(), l.tls.where.file, l.tls.where.line));
        }
    }
    return made;
}

void tls_listeners::check(const std::vector<config::listener>& listeners, std::vector<config::finding>& findings) {
    for (const auto& l : listeners) {
        if (!speaks_tls(l)) continue;
        std::vector<std::string> warnings;
        try {
            const tls_context made(l, warnings);
        } catch (const std::runtime_error& e) {
            findings.push_back({config::severity::error, config::sentence(e.what()), l.tls.where, {}});
        }
        for (const auto& w : warnings)
            findings.push_back({config::severity::warning, config::sentence(w), l.tls.where, {}});
    }
}

tls_context_ptr tls_listeners::of(const config::listener& listener) const {
    const std::scoped_lock lock(mutex_);
    const auto found = contexts_.find(&listener);
    return found == contexts_.end() ? nullptr : found->second;
}

void tls_listeners::use(contexts fresh) {
    const std::scoped_lock lock(mutex_);
    contexts_.swap(fresh);
}

} // namespace nightjar::net
