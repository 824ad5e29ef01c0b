// The plugin interface. A plugin is one object for the process, made by main; its hooks are called on the worker
// threads, several at once, and get the worker they run on as `host`. State that belongs to one worker is kept per
// host.worker_index(), without a lock; what workers share needs one. A hook nobody declares in hooks() costs nothing.
//
// A hook never blocks: no disk, no network, no waiting. What must reach the disk goes into host.batch().
#pragma once

#include "broker/codec/packets.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nightjar::storage {
struct write_batch;
}

namespace nightjar::plugin {

using codec::bytes;

// Who speaks. Views live as long as the hook runs.
struct client {
    bytes client_id;
    bytes user_name; // empty: none
    bytes address;   // "127.0.0.1"
    std::uint16_t port = 0;
    bool internal = false;  // the broker itself
    bool certified = false; // its user name comes from its TLS certificate, which is verified
    unsigned realm = 0;     // whose users and rights count for its listener: config::listener::realm
};

// What a stored publish led to; filled for whoever asked (REST), otherwise null.
struct ingest_report {
    std::vector<std::uint32_t> sensors;   // ids that got a value
    std::vector<std::uint32_t> incidents; // opened by it
    std::string rejected;                 // reason, empty if taken
    unsigned status = 200;                // of the HTTP answer below
    std::string answer;                   // to a command, JSON; empty: it was none
};

// A plugin's own note on a topic, made once when the topic enters a worker's cache and handed back with each PUBLISH.
using topic_tag = std::uint64_t;

struct publish_event {
    const codec::publish& packet;
    plugin::client client;
    topic_tag tag = 0;
    ingest_report* report = nullptr;
    bool repeated = false; // it came before, and what was to be stored of it is
};

enum class publish_outcome : std::uint8_t {
    pass,   // routed
    stored, // routed; the acknowledgement waits until host.batch() is on disk
    denied, // not routed, acknowledged all the same as MQTT 3.1.1 wants [MQTT-3.3.5-2]
};

// A client was let in, or is gone.
struct presence_event {
    plugin::client client;
    bool connected = false;
    bytes listener; // "1883", "/run/nightjar.sock"
    codec::protocol_version version = codec::protocol_version::v3_1_1;
    bool clean_start = true;
    std::uint16_t keep_alive = 0; // seconds
    bytes reason;                 // that it is gone: "DISCONNECT" or a cause
};

constexpr bytes name_of(codec::protocol_version version) {
    switch (version) {
    case codec::protocol_version::v3_1: return "3.1";
    case codec::protocol_version::v3_1_1: return "3.1.1";
    case codec::protocol_version::v5: return "5.0";
    }
    return "unknown";
}

// `later`: host.answer_later() tells; no other plugin is asked.
enum class connect_verdict : std::uint8_t { pass, accept, bad_user_name_or_password, not_authorized, later };
enum class access : std::uint8_t { read, write };
enum class access_verdict : std::uint8_t { pass, accept, deny };

// What is to be explained to whoever administrates the broker, and the explanation.
enum class question : std::uint8_t { read, write, subscribe };
struct explanation {
    bool allowed = false;
    std::string reason, detail; // "line"; a sentence
    std::string file;           // what decided; empty: no file did
    int line = 0;               // 0: none
    std::string text;           // of the line
};

// The worker a hook runs on. Valid during the call, and, for the same worker, for as long as it serves.
class host {
  public:
    virtual ~host() = default;
    virtual unsigned worker_index() const = 0;
    virtual std::int64_t now_us() const = 0;    // wall clock, microseconds since 1970, taken once a turn
    virtual std::int64_t steady_ms() const = 0; // never set; for intervals
    // Goes to disk as one piece at the end of this loop turn.
    virtual storage::write_batch& batch() = 0;
    // Inside on_connect(), once, by a plugin that then returns `later`: what it calls, on any thread, when it knows.
    // The client may be gone by then; that is no error.
    virtual std::function<void(connect_verdict)> answer_later() = 0;
    // Routes a message of the broker's own at the end of this turn. Plugins do not see it, so it cannot loop.
    virtual void publish(bytes topic, bytes payload, codec::qos qos, bool retain) = 0;
};

// A request that the web side does not answer itself. Web thread.
struct http_request {
    std::string_view method; // "GET"
    std::string_view path;   // decoded, without the last '/'
    std::string_view query;  // raw, after '?'
    std::string_view body;
    std::string_view user_name = {}; // empty: none
};
struct http_answer {
    unsigned status = 200;
    std::string body; // JSON; what is added to GET /metrics: its text
    // First published, at QoS 1, with the rights of who asks; if the report on one has an answer, that is the answer.
    struct message {
        std::string topic, payload;
        bool retain = false;
    };
    std::vector<message> publishes = {};
    // The answer rests on the disk: called once, it gives the answer when it is known, on any thread, in place of the
    // status and body above.
    std::function<void(std::function<void(http_answer)> done)> later = {};
};

enum class hook : std::uint8_t { connect, presence, publish, subscribe, access, tick, reload, http };
constexpr std::uint8_t operator|(hook a, hook b) {
    return static_cast<std::uint8_t>((1U << static_cast<unsigned>(a)) | (1U << static_cast<unsigned>(b)));
}
constexpr std::uint8_t operator|(std::uint8_t a, hook b) {
    return static_cast<std::uint8_t>(a | (1U << static_cast<unsigned>(b)));
}
constexpr bool has(std::uint8_t hooks, hook h) { return (hooks >> static_cast<unsigned>(h) & 1U) != 0; }

class plugin {
  public:
    virtual ~plugin() = default;
    virtual std::string_view name() const = 0;
    virtual std::uint8_t hooks() const = 0; // changes on reload only

    // Before the listeners open, once on each worker's thread; and once when it stops, while it can still publish.
    virtual void start(host&) {}
    virtual void stop(host&) {}

    virtual connect_verdict on_connect(host&, const client&, const codec::connect&) { return connect_verdict::pass; }
    virtual void on_presence(host&, const presence_event&) {}

    // Does this plugin want publishes to `topic`? Any worker thread; the answer must not change until a reload.
    virtual std::optional<topic_tag> interest(bytes topic) const {
        static_cast<void>(topic);
        return std::nullopt;
    }
    virtual publish_outcome on_publish(host&, const publish_event&) { return publish_outcome::pass; }

    virtual access_verdict on_subscribe(host&, const client&, bytes filter, codec::qos) {
        static_cast<void>(filter);
        return access_verdict::pass;
    }
    // May this client read, or write, this topic? Workers remember the answer until the next reload.
    virtual access_verdict on_access(host&, const client&, access, bytes topic) {
        static_cast<void>(topic);
        return access_verdict::pass;
    }
    // What on_access(), or on_subscribe(), would say and why; nothing: it has no opinion. Any thread; not a hook.
    virtual std::optional<explanation> explain(const client&, question, bytes topic) const {
        static_cast<void>(topic);
        return std::nullopt;
    }
    // After a reload, for each connected client: may it stay? `later` is no answer here.
    virtual connect_verdict keeps(host&, const client&) { return connect_verdict::pass; }

    virtual void on_tick(host&) {} // once a second on each worker

    virtual std::optional<http_answer> on_http(const http_request&) { return std::nullopt; } // web thread
};

} // namespace nightjar::plugin
