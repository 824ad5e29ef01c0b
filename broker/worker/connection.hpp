// One client's connection: cuts its bytes into packets, gives them to its session, and carries the session's output.
// Knows deadlines (CONNECT, keep alive) and limits (packet size, output). Lives on one worker; made and destroyed by
// it.
#pragma once

#include "broker/codec/frame.hpp"
#include "broker/codec/packets.hpp"
#include "broker/config/configuration.hpp"
#include "broker/net/transport.hpp"
#include "broker/plugin/client_record.hpp"
#include "broker/plugin/plugin.hpp"
#include "broker/session/link.hpp"
#include "broker/trace/hub.hpp"

#include <atomic>
#include <memory>
#include <optional>
#include <string>

#include <boost/intrusive/list.hpp>

namespace nightjar::session {
class session;
}

namespace nightjar::worker {

class worker;

using wheel_hook = boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

// A listener as its connections see it.
struct listener_state {
    explicit listener_state(const config::listener& l) : conf(l) {}
    const config::listener& conf;
    std::string label() const { return conf.unix_path.empty() ? std::to_string(conf.port) : conf.unix_path; }
    std::atomic<int> open{0}; // connections; any worker
};

// What makes a connection, on any worker.
struct incoming {
    net::transport_ptr transport;
    net::peer_address peer;
    listener_state* listener = nullptr;
    std::string read_ahead;                              // bytes already read, CONNECT first
    std::unique_ptr<net::peer_identity> vouched = {};    // net::arrival::vouched
    std::optional<plugin::connect_verdict> verdict = {}; // plugins have judged that CONNECT
    unsigned reloads = 0;                                // worker::reloads() then
};

class connection final : public net::transport_events, public session::link, public wheel_hook {
  public:
    connection(worker& home, incoming from);
    ~connection();
    connection(const connection&) = delete;
    connection& operator=(const connection&) = delete;

    void start(std::string_view read_ahead);

    // --- net::transport_events
    void on_bytes(std::string_view bytes) override;
    void on_drained() override;
    void on_lost(std::string_view cause) override;

    // --- session::link
    bool has_room(std::size_t size) override;
    bool try_send(codec::bytes packet, std::size_t payload) override;
    bool roomy() override;
    void call_again() override;
    char* reserve(std::size_t size) override { return output_.reserve(size); }
    void commit(std::size_t size) override;
    void append_payload(const topics::message_ptr& m) override;
    std::string address() const override { return peer_.text(); } // "127.0.0.1", "unix:1000"
    void close(session::ending why, std::string_view detail = {}) override;

    void flush();     // at the end of the turn
    void go_on();     // after call_again()
    void shut_down(); // at the end of the turn in which it was closed: last flush, log line, session detached
    bool closing() const { return closing_; }
    void reloaded();                                  // the configuration has changed: may it stay?
    void on_verdict(plugin::connect_verdict verdict); // that judge() had to wait for

    // Second at which it has to be looked at again if nothing comes; the worker's clock.
    std::uint32_t deadline() const;
    void on_deadline();

    session::session* current_session() const { return session_; }
    const net::peer_address& peer() const { return peer_; }
    void describe(plugin::client_record& into) const; // its part
    void kick();                                      // by the administrator
    std::string name() const;                         // "ID [1.2.3.4:5]" for the log

  private:
    // framing
    bool open_for_packets() const { return !closing_ && !waiting_; }
    void take(std::string_view bytes);
    void take_frames(std::string_view& bytes);
    bool complete_partial(std::string_view& bytes);
    void keep_partial(std::string_view bytes);
    bool acceptable(const codec::fixed_header& header);
    void on_frame(const codec::fixed_header& header, codec::bytes frame);

    // connect.cpp
    void on_connect(const codec::fixed_header& header, codec::bytes frame);
    bool admissible(const codec::connect& packet);
    bool settle_client_id(codec::connect& packet, std::string& made);
    plugin::connect_verdict judge(const codec::connect& packet);
    std::optional<std::string> certified_name() const;
    void wait_for_verdict(codec::bytes frame);
    std::optional<codec::connack_code> refusal(plugin::connect_verdict verdict) const;
    void refuse(codec::connack_code code, std::string_view detail, codec::bytes client_id = {});
    void enter(const codec::connect& packet, const std::string& client_id, codec::bytes frame);
    session::session* take_over(session::session& existing, const codec::connect& packet);
    void welcome(const codec::connect& packet, session::session& session, bool session_present);
    void leave(std::string_view rest);
    void release_session();

    // connection_log.cpp
    bool logs_connections() const;
    std::string_view client_name() const;
    void write_welcome(const codec::connect& packet) const;
    void write_bad_protocol(codec::error cause, codec::bytes body) const;
    void write_refusal(codec::connack_code code) const;
    void write_ping(codec::packet_type type) const;
    void write_end() const;

    // trace.cpp
    trace::subject subject(codec::bytes client_id, codec::bytes user_name) const;
    void trace_connect(const codec::connect& packet, std::size_t remaining_length) const;
    void trace_refusal(codec::bytes client_id, codec::connack_code code, std::string_view why) const;
    void trace_session(const session::session& s, std::string_view what) const;
    void trace_end(std::string_view reason) const;
    void trace_ping(codec::packet_type type) const;

    void on_pingreq(const codec::fixed_header& header);
    void count_backlog();
    void tell_presence(const session::session& session, std::string_view reason);

    worker& home_;
    net::transport_ptr transport_;
    listener_state* listener_;
    session::session* session_ = nullptr;
    net::output_queue output_;
    net::pooled_block partial_; // a packet that has not wholly arrived
    std::uint32_t partial_size_ = 0;
    std::uint64_t bytes_received_ = 0, bytes_sent_ = 0;
    std::int64_t connected_ms_ = 0;                         // wall clock
    std::uint32_t last_received_ = 0;                       // worker's clock, seconds
    std::uint32_t output_packets_ = 0;                      // since output_ was empty
    std::uint32_t counted_packets_ = 0, counted_bytes_ = 0; // of the backlog, in the worker's counters
    std::uint16_t keep_alive_ = 0;
    bool dirty_ = false;
    bool closing_ = false;
    bool called_again_ = false; // soon, by the worker
    bool reading_paused_ = false;
    bool lost_ = false;
    bool certified_ = false;                          // its user name comes from its certificate
    bool connect_counted_ = false;                    // its CONNECT, here or by the worker it came from
    bool ended_ = false;                              // its CONNECT ended a durable session
    session::ending ending_ = session::ending::other; // once it is closing
    std::string_view detail_;                         // static text
    struct destination {
        unsigned worker;
        std::string bytes; // what this connection has read and not used
    };
    std::optional<plugin::connect_verdict> verdict_; // of plugins, once they have spoken
    std::unique_ptr<std::string> waiting_;           // for a verdict: CONNECT, and what came behind it
    std::unique_ptr<destination> leaving_for_;       // the worker that holds the session of this client id
    net::peer_address peer_;
    std::unique_ptr<net::peer_identity> vouched_; // net::arrival::vouched
};

} // namespace nightjar::worker
