// One HTTP/1.x connection: reads requests, one after the other, and sends the application's answers, until
// the client leaves, breaks a rule or asks for MQTT, when the socket goes to the broker. Made, run and closed
// on the web thread.
#pragma once

#include "broker/admin/administrator.hpp"
#include "broker/log/logger.hpp"
#include "broker/net/secure_socket.hpp"
#include "web/application.hpp"
#include "web/deadline.hpp"
#include "web/options.hpp"
#include "web/request.hpp"

#include <optional>
#include <string>

#include <boost/asio/awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

namespace nightjar::web {

// What the connections of a server share; it outlives them.
struct connection_context {
    application& app;
    admin::administrator& admin;
    log::logger& log;
    const server_options& options;
    const config::configuration& conf;
    bool stopping = false;  // no request after the present one
    std::size_t unsent = 0; // bytes of the answers on their way
    unsigned reloads = 0;   // so far: what was allowed before the last one may be forbidden

    std::size_t head_limit() const { return conf.http_head_limit != 0 ? conf.http_head_limit : options.head_limit; }
};

class connection {
  public:
    // `who`: as it came, its descriptor is in `socket`.
    connection(connection_context& context, net::secure_socket socket, net::arrival who,
               const config::listener& listener, bool bound_to_loopback);

    boost::asio::awaitable<void> run();

    const config::listener& listener() const { return *request_.listener; }
    bool idle() const { return idle_; }                 // waiting for a request, none begun
    bool unproven() const { return first_ && !heard_; } // its first request has not wholly arrived
    void close();                                       // run() ends soon after

  private:
    using parser = boost::beast::http::request_parser<boost::beast::http::string_body>;
    enum class outcome { ready, refused, gone }; // refused: refusal_ says how

    outcome gone(boost::system::error_code cause);
    boost::asio::awaitable<outcome> read_head();
    boost::asio::awaitable<outcome> wait_for_first_byte();
    outcome parse_head(std::size_t size);
    outcome check_head();
    outcome refuse(response why);
    void take_fields();

    boost::asio::awaitable<outcome> read_body();
    boost::asio::awaitable<bool> send(const response& answer, bool keep_alive);
    bool too_much(const response& answer) const;
    // stream.cpp; `reloads`: context_.reloads when the request was judged
    boost::asio::awaitable<void> send_stream(const response& answer, unsigned reloads);
    boost::asio::awaitable<bool> still_allowed(unsigned& reloads);
    boost::asio::awaitable<bool> write(std::string_view bytes);
    boost::asio::awaitable<void> refuse_and_close();
    bool asks_for_websocket() const;
    bool hand_over(); // false: refused

    connection_context& context_;
    net::secure_socket stream_;
    deadline deadline_;                // of what is being waited for; closes the socket
    boost::beast::flat_buffer buffer_; // bytes not parsed yet, of the next request too
    std::optional<parser> parser_;
    request request_;
    response refusal_;
    net::arrival who_;
    std::string peer_; // "127.0.0.1:54321", for the log
    bool idle_ = false;
    bool first_ = true;  // request
    bool heard_ = false; // one, wholly
};

} // namespace nightjar::web
