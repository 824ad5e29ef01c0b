// The administrator of a running broker: posts to its workers, sums their counters. Made by main; any thread.
#pragma once

#include "broker/admin/administrator.hpp"
#include "broker/worker/worker.hpp"

#include <atomic>
#include <chrono>
#include <list>

namespace nightjar::admin {

class broker_administrator final : public administrator {
  public:
    // `listeners`: the state of each listener of the configuration, in its order.
    broker_administrator(worker::common& broker, std::list<worker::listener_state>& listeners, std::string version);

    void publish(publish_request request, std::function<void(publish_result)> done) override;
    statistics stats() const override;
    void adopt_websocket(boost::asio::ip::tcp::socket socket, upgrade_request request, std::string read_ahead,
                         const config::listener& listener) override;
    std::optional<plugin::http_answer> http(const plugin::http_request& request) override;
    std::string_view version() const override { return version_; }

    // No more publishes from here on; main calls it before the workers stop.
    void stop() { stopping_ = true; }

    // A new socket of an MQTT listener, for the next worker in turn; dropped if the listener is full.
    void adopt(net::descriptor socket, const net::peer_address& peer, const config::listener& listener,
               std::unique_ptr<net::upgrade_request> upgrade);

  private:
    worker::listener_state* state_of(const config::listener& listener);
    bool full(const worker::listener_state& listener) const;

    worker::common& broker_;
    std::list<worker::listener_state>& listeners_;
    const std::string version_;
    const std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
    std::atomic<unsigned> next_worker_{0};
    std::atomic<bool> stopping_{false};
    mutable std::atomic<std::uint64_t> clients_maximum_{0};
};

} // namespace nightjar::admin
