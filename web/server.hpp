// The HTTP side: page, REST and the way into MQTT over WebSockets, on every listener of protocol http_api or
// websockets. One thread of its own, so a slow request delays no MQTT. Made by main: bind() before the
// process drops its rights, start() when the broker can serve, stop() before the workers stop; destroyed
// after the workers, because their answers may still be on the way. These are called from one thread.
#pragma once

#include "broker/config/configuration.hpp"
#include "broker/log/logger.hpp"
#include "broker/net/tls_listeners.hpp"
#include "web/options.hpp"
#include "web/tables.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace nightjar::admin {
class administrator;
}

namespace nightjar::web {

struct bound_address {
    const config::listener* listener = nullptr;
    std::string address;
    std::uint16_t port = 0; // the real one where the listener asked for 0
};

class server {
  public:
    // The references outlive the server. `page_directory`: the assembled page, for listeners without an
    // http_dir. `tls`: the contexts of those listeners that have certificates; null where none has.
    server(const config::configuration& conf, admin::administrator& admin, const tables& stored, log::logger& log,
           std::filesystem::path page_directory, const server_options& options = {},
           const net::tls_listeners* tls = nullptr);
    ~server(); // stops

    // Reads the static files and opens the ports. Throws std::runtime_error with a sentence for the operator.
    void bind();
    const std::vector<bound_address>& addresses() const; // in the order of the listener lines

    void start();
    void post(std::function<void()> what); // on its thread
    // Accepts no more, gives requests under way a moment, closes everything, joins the thread.
    void stop();

  private:
    class implementation;
    std::unique_ptr<implementation> self_;
};

} // namespace nightjar::web
