// Where connections wait that a proxy announces, until its header has been read: not a byte more, what follows belongs
// to TLS, MQTT or HTTP. Has a limit on the time, the bytes and how many wait; who has no header that is right is closed
// with a line in the log. One thread (the io_context's).
#pragma once

#include "broker/config/configuration.hpp"
#include "broker/log/logger.hpp"
#include "broker/net/proxy_header.hpp"
#include "broker/net/socket.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string_view>

#include <boost/asio/io_context.hpp>

namespace nightjar::net {

class proxy_gate {
  public:
    proxy_gate(asio::io_context& context, const config::listener& listener, log::logger& log);

    // `pass` is called for each that may go on, until stop().
    void start(std::function<void(arrival)> pass);
    void take(arrival who); // `peer` is the proxy
    void stop();            // who waits is closed

  private:
    struct visitor;
    using visitor_ptr = std::shared_ptr<visitor>;
    struct shared; // with the operations that are pending, which may outlive the gate

    std::shared_ptr<shared> shared_;
};

} // namespace nightjar::net
