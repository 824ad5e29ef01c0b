#include "broker/config/adopt.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <string_view>

namespace nightjar::config {

namespace {

void keep(adoption& result, const std::string& what, const origin& where) {
    result.kept.push_back({severity::notice, what + " changes with the next start only.", where, {}});
}

origin place_of(const configuration& conf, std::string_view name) {
    const auto found = conf.given.find(name);
    return found == conf.given.end() ? origin{} : found->second;
}

template <typename Value>
void keep_value(adoption& result, const char* name, Value configuration::*member, const configuration& running,
                configuration& next) {
    if (running.*member == next.*member) return;
    keep(result, name, place_of(next, name));
    next.*member = running.*member;
}

// In `next`: what the process was started with stays.
void keep_fixed(adoption& result, const configuration& running, configuration& next) {
    keep_value(result, "worker_threads", &configuration::worker_threads, running, next);
    keep_value(result, "persistence", &configuration::persistence, running, next);
    keep_value(result, "persistence_location", &configuration::persistence_location, running, next);
    keep_value(result, "user", &configuration::user, running, next);
    keep_value(result, "pid_file", &configuration::pid_file, running, next);
    if (same_plugins(running, next)) return;
    keep(result, "plugin (which ones there are)", place_of(next, "plugin"));
    next.plugins = running.plugins;
}

void adopt_listener(adoption& result, configuration& running, const listener& next) {
    auto& all = running.listeners;
    const auto at = std::find_if(all.begin(), all.end(), [&](const listener& l) { return same_place(l, next); });
    const auto place = static_cast<std::size_t>(at - all.begin());
    const bool is_new = at == all.end();
    if (is_new || at->closed) result.opened.push_back(place);
    const bool same_mode = is_new || all[place].unix_mode == next.unix_mode;
    if (is_new) all.emplace_back();
    if (!same_mode) keep(result, "unix_socket_mode", next.where);
    const auto mode = same_mode ? next.unix_mode : all[place].unix_mode;
    all[place] = next;
    all[place].unix_mode = mode;
    all[place].realm = static_cast<unsigned>(place + 1);
    result.places.push_back(place);
}

void close_listeners(adoption& result, configuration& running, const configuration& next) {
    for (std::size_t i = 0; i < running.listeners.size(); ++i) {
        auto& l = running.listeners[i];
        const auto is_same = [&](const listener& n) { return same_place(l, n); };
        if (l.closed || std::any_of(next.listeners.begin(), next.listeners.end(), is_same)) continue;
        l.closed = true;
        result.closed.push_back(i);
    }
}

} // namespace

bool same_place(const listener& a, const listener& b) {
    return a.protocol == b.protocol && a.port == b.port && a.bind_address == b.bind_address && a.domain == b.domain &&
           a.unix_path == b.unix_path && a.bind_interface == b.bind_interface;
}

bool same_plugins(const configuration& a, const configuration& b) {
    return std::equal(a.plugins.begin(), a.plugins.end(), b.plugins.begin(), b.plugins.end(),
                      [](const plugin& x, const plugin& y) { return x.name == y.name; });
}

adoption adopt(configuration& running, const configuration& next) {
    if (running.listeners.size() + next.listeners.size() > running.listeners.capacity())
        throw std::length_error("too many listeners have come and gone since the start; this change needs another");
    adoption result;
    auto merged = next;
    keep_fixed(result, running, merged);
    close_listeners(result, running, next);
    for (const auto& l : next.listeners) adopt_listener(result, running, l);
    merged.listeners.clear();
    merged.listeners.swap(running.listeners); // their memory stays
    running = std::move(merged);
    return result;
}

} // namespace nightjar::config
