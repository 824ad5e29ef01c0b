// MQTT over WebSocket (MQTT-6), with or without TLS below: a stream of binary frames whose borders mean nothing. Beast
// does the framing; its timeouts and compression stay off.
#pragma once

#include "broker/net/secure_socket.hpp"
#include "broker/net/transport.hpp"
#include "broker/net/upgrade_request.hpp"

#include <array>
#include <memory>
#include <optional>

#include <boost/beast/websocket/stream.hpp>

namespace nightjar::net {

class websocket_transport final : public transport {
  public:
    // The request is already judged (subprotocol, Origin); start() answers it.
    websocket_transport(secure_socket socket, upgrade_request request);

    void start(transport_events& events) override;
    void flush(output_queue& output) override;
    bool blocked() const override { return in_flight_.has_value() || !open_; }
    void pause_reading(bool paused) override;
    bool abandoned() const override;
    void close() override;
    void detach() override;
    void attach(const transport_home& home) override;
    std::string_view kind() const override { return tls() == nullptr ? "ws" : "wss"; }
    peer_identity identity() const override { return tls() == nullptr ? peer_identity{} : tls()->identity(); }
    std::string security() const override { return tls() == nullptr ? std::string() : tls()->description(); }

  private:
    using stream = boost::beast::websocket::stream<secure_socket, false>;

    const tls_session* tls() const { return stream_.next_layer().tls(); }
    void answer_handshake();
    void read();
    void on_read(error_code error, std::size_t size);
    void write_in_flight(output_queue& output);
    void on_written(error_code error, std::size_t size, output_queue& output);
    void lost(std::string_view cause);
    void send_close_frame(std::uint16_t code);

    stream stream_;
    std::unique_ptr<upgrade_request> request_; // until the handshake is answered
    std::array<char, 4096> read_buffer_;
    transport_events* events_ = nullptr;
    std::optional<output_queue> in_flight_; // being written; Beast wants it to stay
    descriptor moving_;
    bool open_ = false;
    bool reading_ = false;
    bool paused_ = false;
};

} // namespace nightjar::net
