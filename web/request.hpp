// A request and its answer as the routes see them: no Beast, no sockets. Plain structs; a request lives until
// its answer is sent.
#pragma once

#include "broker/config/configuration.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/system/result.hpp>

namespace nightjar::web {

struct request {
    std::string method; // "GET"
    std::string path;   // decoded, without its final '/'
    std::string query;  // as sent
    std::string body;
    unsigned version = 11; // of HTTP, times ten
    // Header fields that matter to us; empty when absent.
    std::string host, origin, fetch_site, if_none_match, accept_encoding, authorization;
    std::string address;                        // the client's
    std::uint16_t port = 0;                     // the client's
    std::string user_name;                      // of who was admitted; empty: none
    const config::listener* listener = nullptr; // where it came in
    bool bound_to_loopback = false;             // that listener
    bool counts = true;                         // against http_request_rate
    std::vector<std::string> parameters;        // what stands in the places of the route's "{}", set by the router
};

// A body that comes piece by piece for as long as somebody reads it. Asked on the web thread.
class body_stream {
  public:
    virtual ~body_stream() = default;
    virtual std::optional<std::string> take() = 0;               // empty: nothing yet; nothing: it is over
    virtual void when_ready(std::function<void()> wake) = 0;     // once, on any thread
    virtual std::string_view keep_alive() const { return "\n"; } // sent when nothing comes for a while
};

struct response {
    unsigned status = 200;
    std::string content_type; // empty: no body
    std::string body;
    std::string_view shared_body;      // used in its place if not empty
    std::shared_ptr<const void> owner; // of shared_body
    std::vector<std::pair<std::string, std::string>> fields;
    std::shared_ptr<body_stream> stream; // in place of a body; the connection ends with it

    std::string_view content() const { return shared_body.empty() ? std::string_view(body) : shared_body; }
};

// What a route reads from a request, or the refusal to send instead.
template <typename T>
using result = boost::system::result<T, response>;

response json_response(unsigned status, std::string json);
response text_response(std::string text);

// {"error":"<name>","detail":"<sentence>"}, and "code" if given: the error number of libmosquitto.
response error_response(unsigned status, std::string_view name, std::string_view detail,
                        std::optional<int> code = std::nullopt);
response bad_request(std::string_view name, std::string_view detail);
response not_found(std::string_view detail);

} // namespace nightjar::web
