// The administrator of a running broker: posts to its workers, sums their counters. Made by main; any thread.
#pragma once

#include "broker/admin/administrator.hpp"
#include "broker/worker/worker.hpp"

#include <atomic>
#include <chrono>
#include <list>
#include <mutex>

namespace nightjar::admin {

class broker_administrator final : public administrator {
  public:
    // `listeners`: the state of each listener of the configuration, in its order.
    broker_administrator(worker::common& broker, std::list<worker::listener_state>& listeners, std::string version);

    void publish(publish_request request, std::function<void(publish_result)> done) override;
    void admit(visitor who, std::string path, std::function<void(admission)> done) override;
    void judge(visitor who, plugin::access what, std::vector<std::string> topics,
               std::function<void(std::vector<bool>)> done) override;
    std::optional<plugin::explanation> explain(const plugin::client& who, plugin::question what,
                                               std::string_view topic) const override {
        return broker_.plugins.explain(who, what, topic);
    }
    statistics stats() const override;
    void clients(plugin::client_query query, std::function<void(std::vector<plugin::client_page>)> done) override;
    void client(plugin::client_key key, std::function<void(std::optional<plugin::client_details>)> done) override;
    void kick(plugin::client_key key, bool discard, std::function<void(plugin::kick_result)> done) override;
    std::vector<retained_message> retained(std::string_view filter) const override;
    void find_retained(visitor who, plugin::access right, plugin::retained_query query,
                       std::function<void(plugin::retained_page)> done) override;
    void forget_retained(visitor who, std::vector<std::string> topics,
                         std::function<void(plugin::forget_result)> done) override;
    void adopt_websocket(net::secure_socket socket, upgrade_request request, std::string read_ahead, net::arrival who,
                         const config::listener& listener) override;
    std::unique_ptr<trace::follower> follow(trace::wish what) override {
        return broker_.traces.follow(std::move(what));
    }
    std::optional<plugin::http_answer> http(const plugin::http_request& request) override;
    void reload(std::function<void(reload_outcome)> done) override;
    reload_outcome last_reload() const override;
    std::string_view version() const override { return version_; }

    // For main, which does the reload that a signal asks for: begin and end of one. Who asked before its beginning
    // hears of its end.
    void begin_reload();
    void end_reload(const reload_outcome& outcome);

    // No more publishes from here on; main calls it before the workers stop.
    void stop() {
        stopping_ = true;
        broker_.traces.end();
    }

    // A new socket of an MQTT listener, for the next worker in turn; dropped if the listener is full. `tls`: null for
    // a plain listener.
    void adopt(net::arrival who, const config::listener& listener, const net::tls_context_ptr& tls);

  private:
    // The largest of the values that were seen.
    class peak {
      public:
        std::uint64_t see(std::uint64_t value);

      private:
        std::atomic<std::uint64_t> value_{0};
    };
    void add_workers(statistics& sum) const;
    void add_listeners(statistics& sum) const;
    worker::worker& any_worker();
    worker::worker* home_of(const plugin::client_key& key) const;
    worker::listener_state* state_of(const config::listener& listener);
    void adopt(net::arrival who, const config::listener& listener, net::tls_session_ptr tls,
               std::unique_ptr<net::upgrade_request> upgrade);
    bool full(const worker::listener_state& listener) const;

    worker::common& broker_;
    std::list<worker::listener_state>& listeners_;
    const std::string version_;
    const std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
    const std::chrono::system_clock::time_point started_wall_ = std::chrono::system_clock::now();
    std::atomic<unsigned> next_worker_{0};
    std::atomic<bool> stopping_{false};
    struct reloads {
        reload_outcome last;
        std::chrono::system_clock::time_point last_success;
        std::vector<std::function<void(reload_outcome)>> asked, under_way;
    };
    mutable std::mutex reloads_mutex_;
    reloads reloads_{{true, started_wall_, {}}, started_wall_, {}, {}}; // guarded by it
    mutable peak clients_maximum_, memory_maximum_;
};

} // namespace nightjar::admin
