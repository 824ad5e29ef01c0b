// What the web side (and later the operator's commands) may ask of the running broker. Any thread may call; work is
// posted to the workers, answers come back on a worker's thread, so callers post them home.
#pragma once

#include "broker/config/reader.hpp"
#include "broker/net/secure_socket.hpp"
#include "broker/plugin/client_record.hpp"
#include "broker/plugin/plugin.hpp"
#include "broker/plugin/retained_query.hpp"
#include "broker/plugin/statistics.hpp"
#include "broker/trace/hub.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>

namespace nightjar::admin {

struct publish_request {
    std::string topic;
    std::string payload;
    codec::qos qos = codec::qos::at_most_once;
    bool retain = false;
    std::string user_name; // admitted before; empty: none
    std::string address;   // of the HTTP client
    unsigned realm = 0;    // of its listener
};

// Who asks for something over HTTP: by the users and rights of the listener, as the MQTT client "http-api" would.
struct visitor {
    std::string user_name; // empty: none
    std::optional<std::string> password;
    std::string address;
    std::uint16_t port = 0;
    const config::listener* listener = nullptr;
};
enum class admission { granted, wants_login, denied };

enum class publish_status {
    done,           // routed, and on disk if anything was to be stored
    invalid_topic,  // the topic breaks MQTT-4.7
    too_large,      // over max_packet_size
    denied,         // by a plugin
    storage_failed, // nothing was promised
    stopping,
};

struct publish_result {
    publish_status status = publish_status::done;
    plugin::ingest_report ingest;
};

// How a reload of the configuration ended; all that was found in its files, or what stood in its way.
struct reload_outcome {
    bool successful = true; // otherwise nothing has changed
    std::chrono::system_clock::time_point when{};
    std::vector<config::finding> findings;
};

using statistics = plugin::statistics;

using upgrade_request = boost::beast::http::request<boost::beast::http::empty_body>;

class administrator {
  public:
    virtual ~administrator() = default;

    virtual void publish(publish_request request, std::function<void(publish_result)> done) = 0;

    // May this visitor read `path`, as if it were a topic? `done` is called on any thread, or at once.
    virtual void admit(visitor who, std::string path, std::function<void(admission)> done) = 0;

    // Who was admitted: which of these topics may they read or write?
    virtual void judge(visitor who, plugin::access what, std::vector<std::string> topics,
                       std::function<void(std::vector<bool>)> done) = 0;

    // May such a client read, write or subscribe, and what says so? Of a topic name, or filter.
    virtual std::optional<plugin::explanation> explain(const plugin::client& who, plugin::question what,
                                                       std::string_view topic) const = 0;

    virtual statistics stats() const = 0;

    // The clients that the query asks for, a page of each worker: merge() makes one of them.
    virtual void clients(plugin::client_query query, std::function<void(std::vector<plugin::client_page>)> done) = 0;
    virtual void client(plugin::client_key key, std::function<void(std::optional<plugin::client_details>)> done) = 0;
    // Ends its connection; with `discard` its session too.
    virtual void kick(plugin::client_key key, bool discard, std::function<void(plugin::kick_result)> done) = 0;

    // The retained messages whose topics match a valid filter, as text.
    struct retained_message {
        std::string topic, payload;
    };
    virtual std::vector<retained_message> retained(std::string_view filter) const = 0;

    // The retained messages whose topics the visitor may read, or write.
    virtual void find_retained(visitor who, plugin::access right, plugin::retained_query query,
                               std::function<void(plugin::retained_page)> done) = 0;
    // Deletes those that the visitor may write to; `done` when they are off the disk.
    virtual void forget_retained(visitor who, std::vector<std::string> topics,
                                 std::function<void(plugin::forget_result)> done) = 0;

    // A socket of a websockets listener whose client has sent this upgrade request; subprotocol and Origin are
    // already checked. A worker answers the handshake and serves MQTT on it. `read_ahead`: bytes read after the
    // request. `who`: as it came, its descriptor is in `socket`.
    virtual void adopt_websocket(net::secure_socket socket, upgrade_request request, std::string read_ahead,
                                 net::arrival who, const config::listener& listener) = 0;

    // Reads the configuration again, as SIGHUP asks for, and tells how that ended; on any thread.
    virtual void reload(std::function<void(reload_outcome)> done) = 0;
    virtual reload_outcome last_reload() const = 0; // or the start, if there has been none
    // A live trace from now on. Null: there are too many, or the broker stops.
    virtual std::unique_ptr<trace::follower> follow(trace::wish what) = 0;

    // Asks the plugins in turn.
    virtual std::optional<plugin::http_answer> http(const plugin::http_request& request) = 0;

    virtual std::string_view version() const = 0; // "0.1.0"
};

} // namespace nightjar::admin
