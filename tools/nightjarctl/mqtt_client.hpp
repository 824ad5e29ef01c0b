// A small MQTT 3.1.1 client for the tool: blocking, one thread, a deadline on every step. Errors are
// std::runtime_error with a sentence.
#pragma once

#include "broker/codec/packets.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>

namespace CLI {
class App;
}

namespace nightjar::ctl {

struct broker_address {
    std::string host = "localhost";
    std::uint16_t port = 1883;
    std::string unix_path; // not empty: there, in place of host and port
    std::string user, password;
    std::string client_id; // empty: one is made

    void add_options(CLI::App& to); // -h -p --unix -u -P -i
};

class mqtt_client {
  public:
    // Connects; a refusal names the CONNACK code in number and words.
    explicit mqtt_client(const broker_address& where);

    void subscribe(const std::string& filter, codec::qos qos);
    // Returns when the broker has acknowledged what the QoS promises.
    void publish(const std::string& topic, const std::string& payload, codec::qos qos, bool retain);
    // Waits for one message, at most so long; sends PINGREQ when it is time, acknowledges. None: the time is over.
    std::optional<codec::publish> receive(std::chrono::milliseconds patience); // views until the next call
    void disconnect();

  private:
    struct packet {
        std::uint8_t first = 0;
        std::string body;
        codec::packet_type type() const { return static_cast<codec::packet_type>(first >> 4); }
    };
    void connect_socket(const broker_address& where);
    void send(std::string_view bytes);
    std::optional<packet> read(std::chrono::milliseconds patience);
    packet expect(codec::packet_type type);
    bool fill(std::size_t size, std::chrono::steady_clock::time_point end);
    void answer(const codec::publish& message);

    boost::asio::io_context context_;
    boost::asio::generic::stream_protocol::socket socket_{context_};
    std::string input_;
    packet current_;
    codec::packet_id last_id_ = 0;
    std::chrono::steady_clock::time_point last_sent_;
};

} // namespace nightjar::ctl
