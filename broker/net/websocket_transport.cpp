#include "broker/net/websocket_transport.hpp"

#include <vector>

#include <boost/asio/post.hpp>

namespace nightjar::net {

namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;

websocket_transport::websocket_transport(secure_socket socket, upgrade_request request)
    : stream_(std::move(socket)), request_(std::make_unique<upgrade_request>(std::move(request))) {
    stream_.binary(true);        // [MQTT-6.0.0-1]
    stream_.read_message_max(0); // we do not gather messages: a packet's size is limited where packets are cut
    stream_.auto_fragment(false);
    // After a close frame Beast answers and waits for the other end to close TCP, for ever if need be. We do not wait.
    stream_.control_callback([this](websocket::frame_type kind, beast::string_view) {
        if (kind == websocket::frame_type::close)
            asio::post(stream_.get_executor(), [self = boost::intrusive_ptr<websocket_transport>(this)] {
                self->lost("connection closed by client");
            });
    });
}

void websocket_transport::start(transport_events& events) {
    events_ = &events;
    if (open_) {
        read();
    } else {
        answer_handshake();
    }
}

void websocket_transport::answer_handshake() {
    // The server must name the subprotocol it took [MQTT-6.0.0-3]; Beast does not do that by itself.
    const auto offered = (*request_)[beast::http::field::sec_websocket_protocol];
    const bool old_name = offered.find("mqttv3.1") != beast::string_view::npos &&
                          beast::http::token_list(offered).exists("mqtt") == false;
    stream_.set_option(websocket::stream_base::decorator([old_name](websocket::response_type& response) {
        response.set(beast::http::field::sec_websocket_protocol, old_name ? "mqttv3.1" : "mqtt");
    }));
    stream_.async_accept(*request_, [self = boost::intrusive_ptr<websocket_transport>(this)](error_code error) {
        self->request_.reset();
        if (self->events_ == nullptr) return;
        if (error) return self->lost("websocket handshake failed");
        self->open_ = true;
        self->events_->on_drained(); // output may have gathered meanwhile
        self->read();
    });
}

void websocket_transport::read() {
    if (reading_ || paused_ || !open_ || events_ == nullptr) return;
    reading_ = true;
    stream_.async_read_some(asio::buffer(read_buffer_),
                            [self = boost::intrusive_ptr<websocket_transport>(this)](
                                error_code error, std::size_t size) { self->on_read(error, size); });
}

void websocket_transport::on_read(error_code error, std::size_t size) {
    reading_ = false;
    if (events_ == nullptr) return;
    if (error == websocket::error::closed) return lost("connection closed by client");
    if (error) return lost(error == asio::error::eof ? "connection closed by client" : "connection lost");
    if (!stream_.got_binary()) { // [MQTT-6.0.0-1]
        send_close_frame(1003);
        return lost("text frame on an MQTT websocket");
    }
    events_->on_bytes({read_buffer_.data(), size});
    read();
}

bool websocket_transport::abandoned() const {
    return ended_by_peer(const_cast<stream&>(stream_).next_layer().socket().native_handle());
}

void websocket_transport::pause_reading(bool paused) {
    paused_ = paused;
    if (!paused) read();
}

void websocket_transport::flush(output_queue& output) {
    if (in_flight_ || !open_ || events_ == nullptr || output.empty()) return;
    in_flight_.emplace(std::move(output));
    write_in_flight(output);
}

void websocket_transport::write_in_flight(output_queue& output) {
    constexpr std::size_t most = 256;
    std::array<iovec, most> parts;
    std::vector<asio::const_buffer> buffers(in_flight_->gather(parts.data(), most));
    for (std::size_t i = 0; i < buffers.size(); ++i) buffers[i] = {parts[i].iov_base, parts[i].iov_len};
    stream_.async_write(buffers, [self = boost::intrusive_ptr<websocket_transport>(this), &output](
                                     error_code error, std::size_t size) { self->on_written(error, size, output); });
}

void websocket_transport::on_written(error_code error, std::size_t size, output_queue& output) {
    if (events_ == nullptr) return in_flight_.reset(); // closed: `output` may be gone
    if (error) {
        in_flight_.reset();
        return lost("connection lost");
    }
    in_flight_->consume(size);
    if (!in_flight_->empty()) return write_in_flight(output);
    in_flight_.reset();
    if (!output.empty()) return flush(output);
    events_->on_drained();
}

void websocket_transport::send_close_frame(std::uint16_t code) {
    if (!open_ || in_flight_) return; // in the middle of a frame nothing else may be sent
    const unsigned char frame[] = {0x88, 0x02, static_cast<unsigned char>(code >> 8),
                                   static_cast<unsigned char>(code & 0xFF)};
    stream_.next_layer().write_now({reinterpret_cast<const char*>(frame), sizeof frame});
}

void websocket_transport::lost(std::string_view cause) {
    if (auto* events = std::exchange(events_, nullptr)) {
        stream_.next_layer().close();
        events->on_lost(cause);
    }
}

void websocket_transport::close() {
    if (events_ == nullptr) return;
    events_ = nullptr;
    send_close_frame(1000);
    stream_.next_layer().close();
}

void websocket_transport::detach() {
    paused_ = false; // the next owner begins to read
    events_ = nullptr;
    moving_ = stream_.next_layer().release();
}

void websocket_transport::attach(const transport_home& home) {
    if (!moving_) return; // made on this worker
    stream_.next_layer().assign(make_stream_socket(home.context, std::move(moving_)));
}

} // namespace nightjar::net
