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
    const std::vector<bound_address>& addresses() const; // in the order of the listener lines, at the start

    // A reload, in these steps. prepare(): reads the static files of the next listeners. While its thread stands still:
    // share_ports() makes room for new listeners where old ones are `closed` (and takes it back), open() opens the port
    // of a new one, and then either use() makes the new files count, or discard() closes what was opened. At last, on
    // its thread, adopt() closes and begins to accept. prepare() and open() throw std::runtime_error with a sentence
    // for the operator; all but adopt() are called from one thread.
    struct change;
    std::shared_ptr<change> prepare(const std::vector<config::listener>& next) const;
    std::vector<std::uint16_t> share_ports(bool on);
    void open(change& to, const config::listener& listener, bool share_port);
    void use(const change& from);
    static void discard(change& from);
    void adopt(change& from);

    void start();
    void post(std::function<void()> what); // on its thread
    // Accepts no more, gives requests under way a moment, closes everything, joins the thread.
    void stop();

  private:
    class implementation;
    std::unique_ptr<implementation> self_;
};

} // namespace nightjar::web
