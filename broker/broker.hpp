// All parts of a running nightjar, in the order in which they need each other. main.cpp makes one; nothing else is made
// anywhere else. Construction opens the store and binds every port, start() serves, stop() ends in order.
#pragma once

#include "broker/admin/broker_administrator.hpp"
#include "broker/log/logger.hpp"
#include "broker/net/acceptor.hpp"
#include "broker/net/tls_listeners.hpp"
#include "broker/plugin/chain.hpp"
#include "broker/prepared.hpp"
#include "broker/watchdog.hpp"
#include "broker/worker/worker.hpp"
#include "storage/crash_mark.hpp"
#include "storage/store.hpp"
#include "web/server.hpp"

#include <atomic>
#include <filesystem>
#include <list>
#include <memory>
#include <vector>

namespace nightjar::plugins {
namespace access_control {
class access_control;
}
namespace sensors {
class sensors;
}
namespace sys_topics {
class sys_topics;
}
} // namespace nightjar::plugins

namespace nightjar {

class broker {
  public:
    // Throws std::runtime_error (storage::store_error too) with the operator's sentence.
    broker(prepared ready, log::logger& log, const std::filesystem::path& page);
    ~broker();

    void start();
    void stop();
    std::size_t workers() const { return workers_.size(); }
    std::vector<watchdog::thread> threads(); // all but the caller's; between start() and stop()
    // Reads the configuration again and makes it count, all of it or nothing; the log says why, and what only a start
    // can change. The caller's thread waits until all others have stood still for it.
    void reload(const config::load_options& from);
    const config::configuration& configuration() const { return conf_; } // the caller of reload() alone may keep it
    bool broken() const { return broken_; } // the disk failed; stop() is asked for by SIGTERM

  private:
    using acceptor_list = std::vector<net::acceptor_ptr>;
    static session::limits limits_of(const config::configuration& conf);
    void start(net::acceptor& a);
    struct reloading;
    void try_reload(const config::load_options& from, std::vector<config::finding>& findings);
    void adopt(reloading& change);
    void open_listeners(reloading& change);
    void use(reloading& change);
    std::vector<std::uint16_t> share_ports(bool on);
    void restore_configuration(const config::configuration& before);
    void replace_acceptors(acceptor_list& opened);
    void load_plugins(const prepared& ready);
    void restore();
    void bind();

    config::configuration conf_; // read by all threads, changed by adopt() while they stand still
    log::logger& log_;
    std::atomic<bool> broken_{false};
    store_task store_task_;
    std::unique_ptr<storage::store> store_;
    storage::crash_mark crash_mark_;
    plugin::chain plugins_;
    plugins::access_control::access_control* access_ = nullptr; // these are in the chain
    std::vector<plugins::sensors::sensors*> sensors_;
    plugins::sys_topics::sys_topics* sys_topics_ = nullptr;
    net::tls_listeners tls_;
    std::list<worker::listener_state> listeners_;
    worker::common common_;
    admin::broker_administrator administrator_;
    web::server web_; // before the workers, whose answers may still be on their way to it
    std::vector<std::unique_ptr<worker::worker>> workers_;
    acceptor_list acceptors_; // on worker 0
    struct topic_of_log {     // before the worker goes that publishes it
        log::logger& log;
        ~topic_of_log() { log.set_topic(nullptr); }
    } topic_of_log_{log_};
};

} // namespace nightjar
