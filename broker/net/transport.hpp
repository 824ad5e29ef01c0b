// Moves the bytes of one client, whatever lies beneath: TCP, WebSocket, TLS. Knows nothing of MQTT.
//
// A transport belongs to one worker thread. It lives as long as somebody holds it: its owner, until the end of the loop
// turn in which it was closed, and each pending operation. During on_bytes() no operation is pending, so there it can
// be taken to another worker (detach, attach).
#pragma once

#include "broker/net/newest_first.hpp"
#include "broker/net/output_queue.hpp"
#include "broker/net/poller.hpp"
#include "broker/net/socket.hpp"
#include "broker/net/tls_session.hpp"

#include <span>
#include <string>
#include <string_view>

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>

namespace nightjar::net {

// What a transport needs of its worker; outlives it.
struct transport_home {
    asio::io_context& context;
    poller& ready;
    newest_first& handshakes;
    std::span<char> read_buffer;
};

inline constexpr std::string_view just_lost = "connection ";

// Whom the transport serves; its calls may close the transport, not destroy the caller.
class transport_events {
  public:
    virtual void on_bytes(std::string_view bytes) = 0; // valid during the call
    virtual void on_drained() = 0;                     // all output has been written after it had to wait
    // The other end is gone; comes once, never after close(). `cause` lives as long as the transport; it begins with
    // just_lost if the connection has ended and nothing was wrong with what came over it.
    virtual void on_lost(std::string_view cause) = 0;

  protected:
    ~transport_events() = default;
};

class transport : public boost::intrusive_ref_counter<transport, boost::thread_unsafe_counter> {
  public:
    virtual ~transport() = default;

    // First of all, on the worker's thread, and after each detach() on the next worker's.
    virtual void attach(const transport_home& home) = 0;

    // Begins to read for `events`, who stays until close() or detach().
    virtual void start(transport_events& events) = 0;

    // Writes what `output` holds as far as the socket takes it now; the rest goes by itself once the socket is writable
    // again. `output` belongs to the owner of the transport and stays where it is until close().
    virtual void flush(output_queue& output) = 0;
    virtual bool blocked() const = 0; // a write is waiting for the socket

    virtual void pause_reading(bool paused) = 0;

    // Writes nothing more. No event comes after this.
    virtual void close() = 0;

    // The client has ended its direction: it waits for nothing any more.
    virtual bool abandoned() const = 0;

    // Inside on_bytes() only, or while reading is paused: leaves this worker. Then attach() and start() on the other
    // worker's thread.
    virtual void detach() = 0;

    virtual std::string_view kind() const = 0; // "tcp", "tls", "ws", "wss"

    // Whom the client's certificate names; empty where none was asked for.
    virtual peer_identity identity() const { return {}; }
    virtual std::string security() const { return {}; } // "TLSv1.3, TLS_AES_256_GCM_SHA384"; empty: none
};

using transport_ptr = boost::intrusive_ptr<transport>;

} // namespace nightjar::net
