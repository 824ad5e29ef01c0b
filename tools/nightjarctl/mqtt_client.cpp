#include "tools/nightjarctl/mqtt_client.hpp"

#include "broker/codec/decode.hpp"
#include "broker/codec/encode.hpp"
#include "broker/codec/frame.hpp"

#include <array>
#include <random>
#include <stdexcept>

#include <CLI/CLI.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>
#include <poll.h>

namespace nightjar::ctl {

namespace {

using namespace std::chrono_literals;
constexpr auto v4 = codec::protocol_version::v3_1_1;
constexpr auto step_deadline = 10s;
constexpr std::uint16_t keep_alive = 60; // seconds

std::string_view words_for(codec::connack_code code) {
    switch (code) {
    case codec::connack_code::accepted: return "accepted";
    case codec::connack_code::unacceptable_protocol_version: return "unacceptable protocol version";
    case codec::connack_code::identifier_rejected: return "identifier rejected";
    case codec::connack_code::server_unavailable: return "server unavailable";
    case codec::connack_code::bad_user_name_or_password: return "bad user name or password";
    case codec::connack_code::not_authorized: return "not authorised";
    }
    return "unknown";
}

} // namespace

void broker_address::add_options(CLI::App& to) {
    to.set_help_flag("--help", "print this help"); // -h is the host, as in mosquitto_pub
    to.add_option("-h,--host", host, "the broker (localhost)");
    to.add_option("-p,--port", port, "its MQTT port (1883)")->check(CLI::Range(1, 65'535));
    to.add_option("--unix", unix_path, "its unix domain socket, in place of host and port");
    to.add_option("-u,--username", user, "user name");
    to.add_option("-P,--pw", password, "password");
    to.add_option("-i,--id", client_id, "client id (one is made)");
}

mqtt_client::mqtt_client(const broker_address& where) : last_sent_(std::chrono::steady_clock::now()) {
    try {
        connect_socket(where);
    } catch (const boost::system::system_error& e) {
        throw std::runtime_error(
            fmt::format("cannot connect to {}: {}",
                        where.unix_path.empty() ? fmt::format("{} port {}", where.host, where.port) : where.unix_path,
                        e.code().message()));
    }
    const auto id =
        where.client_id.empty() ? fmt::format("nightjarctl-{:08x}", std::random_device()()) : where.client_id;
    codec::connect hello;
    hello.client_id = id;
    hello.keep_alive = keep_alive;
    if (!where.user.empty()) hello.user_name = where.user;
    if (!where.password.empty()) hello.password = where.password;
    std::string bytes;
    codec::append_connect(bytes, hello);
    send(bytes);
    const auto got = expect(codec::packet_type::connack);
    const auto answer = codec::decode_connack(got.first & 0x0F, got.body, v4);
    if (!answer) throw std::runtime_error("the broker's CONNACK is malformed");
    if (answer->code != codec::connack_code::accepted)
        throw std::runtime_error(
            fmt::format("connection refused: {} {}", static_cast<int>(answer->code), words_for(answer->code)));
}

void mqtt_client::connect_socket(const broker_address& where) {
    if (!where.unix_path.empty()) {
        boost::asio::local::stream_protocol::socket made(context_);
        made.connect(where.unix_path);
        socket_ = std::move(made);
        return;
    }
    boost::asio::ip::tcp::socket made(context_);
    boost::asio::ip::tcp::resolver resolver(context_);
    boost::asio::connect(made, resolver.resolve(where.host, std::to_string(where.port)));
    made.set_option(boost::asio::ip::tcp::no_delay(true));
    socket_ = std::move(made);
}

void mqtt_client::send(std::string_view bytes) {
    boost::system::error_code error;
    boost::asio::write(socket_, boost::asio::buffer(bytes.data(), bytes.size()), error);
    if (error) throw std::runtime_error("the connection is lost: " + error.message());
    last_sent_ = std::chrono::steady_clock::now();
}

// False: not in time.
bool mqtt_client::fill(std::size_t size, std::chrono::steady_clock::time_point end) {
    while (input_.size() < size) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
        pollfd waiting{socket_.native_handle(), POLLIN, 0};
        const int ready = ::poll(&waiting, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
        if (ready < 0) throw std::runtime_error("interrupted");
        if (ready == 0) return false;
        std::array<char, 16'384> buffer;
        boost::system::error_code error;
        const auto n = socket_.read_some(boost::asio::buffer(buffer), error);
        if (error) throw std::runtime_error("the broker closed the connection");
        input_.append(buffer.data(), n);
    }
    return true;
}

std::optional<mqtt_client::packet> mqtt_client::read(std::chrono::milliseconds patience) {
    const auto end = std::chrono::steady_clock::now() + patience;
    for (std::size_t wanted = 2;;) {
        if (!fill(wanted, end)) return std::nullopt;
        const auto header = codec::read_fixed_header(input_);
        if (!header) throw std::runtime_error("what the broker sends is no MQTT");
        wanted = *header ? (**header).frame_size() : input_.size() + 1;
        if (!*header || input_.size() < wanted) continue;
        packet p{static_cast<std::uint8_t>(input_[0]),
                 input_.substr((**header).header_size, (**header).remaining_length)};
        input_.erase(0, wanted);
        return p;
    }
}

// The next packet of that type; messages that come in between are acknowledged and forgotten.
mqtt_client::packet mqtt_client::expect(codec::packet_type type) {
    for (;;) {
        auto got = read(step_deadline);
        if (!got) throw std::runtime_error("the broker does not answer");
        if (got->type() == type) return std::move(*got);
        if (got->type() != codec::packet_type::publish) continue;
        if (const auto message = codec::decode_publish(got->first & 0x0F, got->body, v4)) answer(*message);
    }
}

void mqtt_client::subscribe(const std::string& filter, codec::qos qos) {
    const codec::subscription_request request{filter, qos};
    std::string bytes;
    codec::append_subscribe(bytes, ++last_id_, {&request, 1});
    send(bytes);
    const auto got = expect(codec::packet_type::suback);
    const auto answer = codec::decode_suback(got.first & 0x0F, got.body, v4);
    if (!answer || static_cast<std::uint8_t>(answer->codes[0]) == codec::suback_failure)
        throw std::runtime_error("the subscription to " + filter + " was refused");
}

void mqtt_client::publish(const std::string& topic, const std::string& payload, codec::qos qos, bool retain) {
    const auto id = qos == codec::qos::at_most_once ? codec::packet_id{0} : ++last_id_;
    std::string bytes;
    codec::append_publish(bytes, {topic, payload, qos, retain, false, id}, v4);
    send(bytes);
    if (qos == codec::qos::at_least_once) expect(codec::packet_type::puback);
    if (qos != codec::qos::exactly_once) return;
    expect(codec::packet_type::pubrec);
    send(codec::encode_acknowledgement(codec::packet_type::pubrel, id));
    expect(codec::packet_type::pubcomp);
}

void mqtt_client::answer(const codec::publish& message) {
    if (message.qos == codec::qos::at_least_once)
        send(codec::encode_acknowledgement(codec::packet_type::puback, message.packet_id));
    if (message.qos == codec::qos::exactly_once)
        send(codec::encode_acknowledgement(codec::packet_type::pubrec, message.packet_id));
}

std::optional<codec::publish> mqtt_client::receive(std::chrono::milliseconds patience) {
    const auto end = std::chrono::steady_clock::now() + patience;
    for (;;) {
        const auto now = std::chrono::steady_clock::now();
        if (now - last_sent_ > std::chrono::seconds(keep_alive) / 2)
            send(codec::encode_empty(codec::packet_type::pingreq));
        if (now >= end) return std::nullopt;
        auto got = read(std::min(std::chrono::duration_cast<std::chrono::milliseconds>(end - now), 1000ms));
        if (!got) continue;
        if (got->type() == codec::packet_type::pubrel) {
            if (const auto id = codec::decode_acknowledgement(got->type(), got->first & 0x0F, got->body, v4))
                send(codec::encode_acknowledgement(codec::packet_type::pubcomp, *id));
        }
        if (got->type() != codec::packet_type::publish) continue;
        current_ = std::move(*got);
        const auto message = codec::decode_publish(current_.first & 0x0F, current_.body, v4);
        if (!message) throw std::runtime_error("the broker's PUBLISH is malformed");
        answer(*message);
        return *message;
    }
}

void mqtt_client::disconnect() { send(codec::encode_empty(codec::packet_type::disconnect)); }

} // namespace nightjar::ctl
