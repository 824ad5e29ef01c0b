// One listening socket: accepts until it would block and hands out what came, where a proxy is announced with what its
// header says. One thread (the io_context's). When descriptors run out it pauses and tries again, so it neither spins
// nor gives up.
#pragma once

#include "broker/config/configuration.hpp"
#include "broker/log/logger.hpp"
#include "broker/net/listening_socket.hpp"
#include "broker/net/proxy_gate.hpp"
#include "broker/net/socket.hpp"

#include <functional>
#include <memory>
#include <vector>

#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

namespace nightjar::net {

class acceptor : public std::enable_shared_from_this<acceptor> {
  public:
    using accepted = std::function<void(arrival)>;

    // `listener` and `conf` outlive it; a reload changes them while its thread stands still.
    acceptor(asio::io_context& context, const config::listener& listener, const config::configuration& conf,
             listening_socket socket, log::logger& log);

    void start(accepted on_accepted);
    void stop(); // nothing is handed out any more; a socket's file is removed
    // Another socket of this user may listen on the port too, if it asks for that as listen_on() does.
    void share_port(bool on);
    const config::listener& settings() const { return settings_; }
    const listening_socket& place() const { return place_; }

  private:
    void wait();
    void accept_all();
    void take(descriptor socket, const sockaddr_storage& from);
    void pause();

    asio::posix::basic_stream_descriptor<asio::io_context::executor_type> socket_;
    asio::steady_timer pause_;
    const config::listener& settings_;
    const config::configuration& conf_;
    listening_socket place_; // its descriptor is in socket_
    log::logger& log_;
    accepted on_accepted_; // empty: stopped
    proxy_gate gate_;
    bool out_of_descriptors_ = false;
};

using acceptor_ptr = std::shared_ptr<acceptor>;

// On all that a `listener` line stands for. Throws as listen_on() does.
std::vector<acceptor_ptr> open_acceptors(asio::io_context& context, const config::listener& listener,
                                         const config::configuration& conf, log::logger& log, bool share_port = false);

} // namespace nightjar::net
