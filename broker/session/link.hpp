// The way to the client of a session, as long as there is one. The session writes packets into it and never blocks; the
// bytes leave at the end of the loop turn. Worker thread.
#pragma once

#include "broker/codec/error.hpp"
#include "broker/codec/types.hpp"
#include "broker/topics/message.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace nightjar::session {

// Why a connection ends. Those that mosquitto's log tells apart have its words there (worker/connection.cpp).
enum class ending : std::uint8_t {
    orderly,          // after DISCONNECT
    connection_lost,  // the client has closed its connection, or the network
    malformed_packet, // its bytes are no MQTT
    protocol_error,   // they are, but not what may come here
    oversize_packet,
    not_authorised,
    keep_alive,
    taken_over,     // by a new connection of the same client
    administrative, // an operator wants it
    broker_stops,
    other, // the detail says it all
};
ending ending_of(codec::error cause);

class link {
  public:
    // Would a QoS 0 message of this size keep the client's output below its limit? May write out what is waiting first.
    virtual bool has_room(std::size_t size) = 0;
    // A whole QoS 0 PUBLISH with so much payload, unless has_room() says no: one call, because it is the hot one.
    virtual bool try_send(codec::bytes packet, std::size_t payload) = 0;
    // Output is low enough to go on with queued and retained messages; on_drained() of the session says when it is
    // again.
    virtual bool roomy() = 0;
    // Has on_drained() called behind all that is ready now: a piece is done, others have their turn first.
    virtual void call_again() = 0;

    virtual char* reserve(std::size_t size) = 0; // where to write a packet; counts after commit(size)
    virtual void commit(std::size_t size) = 0;
    // The payload of `m` behind what was committed, by reference.
    virtual void append_payload(const topics::message_ptr& m) = 0;
    void send(codec::bytes packet);

    virtual std::string address() const = 0; // of the client, "127.0.0.1"

    // Ends the connection at the end of this turn. `detail`, a text with static storage, goes to the log.
    virtual void close(ending why, std::string_view detail = {}) = 0;

  protected:
    ~link() = default;
};

} // namespace nightjar::session
