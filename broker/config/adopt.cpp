#include "broker/config/adopt.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace nightjar::config {

namespace {

void keep(adoption& result, const std::string& what, const origin& where = {}) {
    result.kept.push_back({severity::notice, what + " changes with the next start only.", where, {}});
}

bool same_plugins(const configuration& a, const configuration& b) {
    const auto same_option = [](const plugin_option& x, const plugin_option& y) {
        return x.key == y.key && x.value == y.value;
    };
    return std::equal(a.plugins.begin(), a.plugins.end(), b.plugins.begin(), b.plugins.end(),
                      [&](const plugin& x, const plugin& y) {
                          return x.name == y.name && std::equal(x.options.begin(), x.options.end(), y.options.begin(),
                                                                y.options.end(), same_option);
                      });
}

template <typename Value>
void keep_value(adoption& result, const char* name, const Value& running, Value& next) {
    if (running == next) return;
    keep(result, name);
    next = running;
}

// In `next`: what the process was started with stays.
void keep_fixed(adoption& result, const configuration& running, configuration& next) {
    keep_value(result, "worker_threads", running.worker_threads, next.worker_threads);
    keep_value(result, "persistence", running.persistence, next.persistence);
    keep_value(result, "persistence_location", running.persistence_location, next.persistence_location);
    keep_value(result, "user", running.user, next.user);
    keep_value(result, "pid_file", running.pid_file, next.pid_file);
    keep_value(result, "sys_interval", running.sys_interval, next.sys_interval);
    if (!same_plugins(running, next)) {
        keep(result, "plugin (with its options)");
        next.plugins = running.plugins;
    }
}

void adopt_listener(adoption& result, configuration& running, const listener& next) {
    const bool web = next.protocol != listener_protocol::mqtt;
    const auto at = std::find_if(running.listeners.begin(), running.listeners.end(),
                                 [&](const listener& l) { return same_place(l, next); });
    if (at == running.listeners.end()) {
        if (web) return keep(result, "A new listener for websockets or http_api", next.where);
        running.listeners.push_back(next);
        result.opened.push_back(running.listeners.size() - 1);
        return;
    }
    const bool was_closed = at->closed;
    const auto directory = at->http_dir;
    const auto mode = at->unix_mode;
    *at = next;
    if (was_closed) result.opened.push_back(static_cast<std::size_t>(at - running.listeners.begin()));
    if (at->unix_mode != mode) {
        keep(result, "unix_socket_mode", next.where);
        at->unix_mode = mode;
    }
    if (at->http_dir != directory) {
        keep(result, "http_dir", next.where);
        at->http_dir = directory;
    }
}

void close_listeners(adoption& result, configuration& running, const configuration& next) {
    for (auto& l : running.listeners) {
        const auto is_same = [&](const listener& n) { return same_place(l, n); };
        if (l.closed || std::any_of(next.listeners.begin(), next.listeners.end(), is_same)) continue;
        if (l.protocol != listener_protocol::mqtt) {
            keep(result, "That a listener for websockets or http_api is gone", l.where);
            if (next.per_listener_settings) { // nobody says who may use it
                l.realm = nobody;
                l.allow_anonymous = false;
            }
            continue;
        }
        l.closed = true;
        result.closed.push_back(static_cast<std::size_t>(&l - running.listeners.data()));
    }
}

} // namespace

bool same_place(const listener& a, const listener& b) {
    return a.protocol == b.protocol && a.port == b.port && a.bind_address == b.bind_address && a.domain == b.domain &&
           a.unix_path == b.unix_path && a.bind_interface == b.bind_interface;
}

adoption adopt(configuration& running, const configuration& next) {
    if (running.listeners.size() + next.listeners.size() > running.listeners.capacity())
        throw std::length_error("too many listeners");
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
