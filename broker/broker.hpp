// All parts of a running nightjar, in the order in which they need each other. main.cpp makes one; nothing else is made
// anywhere else. Construction opens the store and binds every port, start() serves, stop() ends in order.
#pragma once

#include "broker/admin/broker_administrator.hpp"
#include "broker/config/configuration.hpp"
#include "broker/log/logger.hpp"
#include "broker/net/acceptor.hpp"
#include "broker/plugin/chain.hpp"
#include "broker/worker/worker.hpp"
#include "storage/store.hpp"
#include "web/server.hpp"

#include <atomic>
#include <filesystem>
#include <list>
#include <memory>
#include <vector>

namespace nightjar {

class broker {
  public:
    // Throws std::runtime_error (storage::store_error too) with the operator's sentence.
    broker(const config::configuration& conf, log::logger& log, const std::filesystem::path& page);
    ~broker();

    void start();
    void stop();
    std::size_t workers() const { return workers_.size(); }
    bool broken() const { return broken_; } // the disk failed; stop() is asked for by SIGTERM

  private:
    void load_plugins();
    void restore();
    void bind();

    const config::configuration& conf_;
    log::logger& log_;
    std::atomic<bool> broken_{false};
    std::unique_ptr<storage::store> store_;
    plugin::chain plugins_;
    std::list<worker::listener_state> listeners_;
    worker::common common_;
    admin::broker_administrator administrator_;
    web::server web_; // before the workers, whose answers may still be on their way to it
    std::vector<std::unique_ptr<worker::worker>> workers_;
    std::vector<std::unique_ptr<net::acceptor>> acceptors_; // on worker 0
};

} // namespace nightjar
