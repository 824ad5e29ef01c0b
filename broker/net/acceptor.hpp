// One listening port: accepts until it would block and hands the descriptors out. One thread (the io_context's).
// When descriptors run out it pauses and tries again, so it neither spins nor gives up.
#pragma once

#include "broker/config/configuration.hpp"
#include "broker/log/logger.hpp"
#include "broker/net/socket.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/steady_timer.hpp>

namespace nightjar::net {

class acceptor {
  public:
    using accepted = std::function<void(descriptor, const peer_address&)>;

    // Binds and listens at once. Throws std::runtime_error with the operator's sentence if it cannot.
    // `no_delay`: TCP_NODELAY on what it accepts.
    acceptor(asio::io_context& context, const config::listener& where, const asio::ip::tcp::endpoint& endpoint,
             bool no_delay, log::logger& log);

    void start(accepted on_accepted);
    void stop();
    const config::listener& settings() const { return settings_; }
    asio::ip::tcp::endpoint local_endpoint() const { return acceptor_.local_endpoint(); }

  private:
    void wait();
    void accept_all();

    asio::ip::tcp::acceptor acceptor_;
    asio::steady_timer pause_;
    const config::listener& settings_;
    const bool no_delay_;
    log::logger& log_;
    accepted on_accepted_;
    bool out_of_descriptors_ = false;
};

// Acceptors on all that a `listener` line stands for: both address families, one address, or what a name resolves to.
// A family that this host does not have is left out if the line did not ask for it. Throws std::runtime_error with the
// operator's sentence if nothing is left.
std::vector<std::unique_ptr<acceptor>> open_acceptors(asio::io_context& context, const config::listener& listener,
                                                      bool no_delay, log::logger& log);

} // namespace nightjar::net
