// TLS over TCP on the poller. OpenSSL may hold bytes that epoll does not tell of, so a connection with more of them
// than one turn may take goes on in a handler of its own; so does every step of a handshake, which costs as much as
// hundreds of messages: between two of them the worker looks after the others.
#pragma once

#include "broker/net/tcp_transport.hpp"
#include "broker/net/tls_session.hpp"

namespace nightjar::net {

class tls_transport final : public tcp_transport {
  public:
    // Non-blocking; not yet attached. The session is one of this descriptor.
    tls_transport(descriptor socket, tls_session_ptr session);

    void start(transport_events& events) override;
    void pause_reading(bool paused) override;
    void close() override;
    void attach(const transport_home& home) override;
    std::string_view kind() const override { return "tls"; }
    peer_identity identity() const override { return session_->identity(); }
    std::string security() const override { return session_->description(); }

  private:
    void on_ready(std::uint32_t events) override;
    void read() override;
    bool write_some(output_queue& output) override;
    std::uint32_t wanted() const override;
    void take_turn();
    void defer(); // a turn in a handler of its own

    tls_session_ptr session_;
    asio::io_context* context_ = nullptr;
    newest_first* handshakes_ = nullptr;
    std::size_t offered_ = 0;          // bytes of a write that OpenSSL wants to see again
    bool deferred_ = false;            // that handler is on its way
    bool reading_wants_write_ = false; // reading goes on when the socket is writable
};

} // namespace nightjar::net
