// A small MQTT 3.1.1 client for the tool, over TCP, TLS or a unix socket: blocking, one thread, a deadline on every
// step after the TCP connection stands. Errors are std::runtime_error with a sentence.
#pragma once

#include "broker/codec/packets.hpp"
#include "tools/nightjarctl/tls_access.hpp"

#include <array>
#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/stream.hpp>

namespace CLI {
class App;
}

namespace nightjar::ctl {

struct broker_address {
    std::string host = "localhost";
    std::uint16_t port = 0; // 0: 1883, or 8883 with TLS
    std::string unix_path;  // not empty: there, in place of host and port
    std::string user, password;
    std::string client_id; // empty: one is made
    tls_access tls;

    void add_options(CLI::App& to); // -h -p --unix -u -P -i, those of tls_access
    bool with_tls() const { return unix_path.empty() && (tls.given() || port == 8883); } // as mosquitto_pub has it
    std::uint16_t port_used() const { return port != 0 ? port : with_tls() ? 8883 : 1883; }
};

class mqtt_client {
  public:
    // Connects; a refusal names the CONNACK code in number and words.
    explicit mqtt_client(const broker_address& where);

    void subscribe(const std::string& filter, codec::qos qos);
    // Returns when the broker has acknowledged what the QoS promises.
    void publish(const std::string& topic, const std::string& payload, codec::qos qos, bool retain);
    // Waits for one message, at most so long; sends PINGREQ when it is time, acknowledges. None: the time is over, or
    // Ctrl-C has come.
    std::optional<codec::publish> receive(std::chrono::milliseconds patience); // views until the next call
    void disconnect();

  private:
    struct packet {
        std::uint8_t first = 0;
        std::string body;
        codec::packet_type type() const { return static_cast<codec::packet_type>(first >> 4); }
    };
    using socket = boost::asio::generic::stream_protocol::socket;
    using clock = std::chrono::steady_clock;
    void connect_socket(const broker_address& where);
    void start_tls(const broker_address& where);
    template <typename Use>
    void with_stream(Use use); // use(stream), with TLS or without
    bool run_until(clock::time_point end, const bool& done);
    void send(std::string_view bytes);
    std::optional<packet> read(std::chrono::milliseconds patience);
    packet expect(codec::packet_type type);
    bool fill(std::size_t size, clock::time_point end);
    void start_reading();
    void answer(const codec::publish& message);

    boost::asio::io_context context_;
    boost::asio::ssl::context tls_context_{boost::asio::ssl::context::tls_client};
    socket socket_{context_};
    std::optional<boost::asio::ssl::stream<socket&>> tls_;
    std::array<char, 16'384> buffer_;
    bool read_done_ = true; // otherwise bytes go into buffer_
    boost::system::error_code lost_;
    std::string input_;
    packet current_;
    codec::packet_id last_id_ = 0;
    clock::time_point last_sent_;
};

} // namespace nightjar::ctl
