#include "tools/nightjarctl/mqtt_client.hpp"

#include "broker/codec/decode.hpp"
#include "broker/codec/encode.hpp"
#include "broker/codec/frame.hpp"
#include "tools/nightjarctl/interrupt.hpp"

#include <memory>
#include <random>
#include <stdexcept>

#include <CLI/CLI.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>

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
    to.add_option("-p,--port", port, "its MQTT port (1883, with TLS 8883; 8883 is always with TLS)")
        ->check(CLI::Range(1, 65'535));
    to.add_option("--unix", unix_path, "its unix domain socket, in place of host and port");
    to.add_option("-u,--username", user, "user name");
    to.add_option("-P,--pw", password, "password");
    to.add_option("-i,--id", client_id, "client id (one is made)");
    tls.add_options(to);
}

mqtt_client::mqtt_client(const broker_address& where) : last_sent_(std::chrono::steady_clock::now()) {
    try {
        connect_socket(where);
    } catch (const boost::system::system_error& e) {
        throw std::runtime_error(fmt::format(
            "cannot connect to {}: {}",
            where.unix_path.empty() ? fmt::format("{} port {}", where.host, where.port_used()) : where.unix_path,
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
    boost::asio::connect(made, resolver.resolve(where.host, std::to_string(where.port_used())));
    made.set_option(boost::asio::ip::tcp::no_delay(true));
    socket_ = std::move(made);
    if (where.with_tls()) start_tls(where);
}

void mqtt_client::start_tls(const broker_address& where) {
    where.tls.prepare(tls_context_);
    tls_.emplace(socket_, tls_context_);
    expect_host(where.tls, tls_->native_handle(), where.host);
    boost::system::error_code result;
    bool done = false;
    tls_->async_handshake(boost::asio::ssl::stream_base::client, [&](boost::system::error_code error) {
        result = error;
        done = true;
    });
    if (!run_until(clock::now() + step_deadline, done)) result = boost::asio::error::timed_out;
    if (result) throw boost::system::system_error(result);
}

template <typename Use>
void mqtt_client::with_stream(Use use) {
    tls_ ? use(*tls_) : use(socket_);
}

// False: not done in time, so that what was begun is still under way.
bool mqtt_client::run_until(clock::time_point end, const bool& done) {
    while (!done && clock::now() < end) {
        context_.restart();
        context_.run_one_until(end);
    }
    return done;
}

void mqtt_client::send(std::string_view bytes) {
    // Should it not end here, then with the client: what is to be sent outlives this call.
    const auto kept = std::make_shared<std::string>(bytes);
    const auto done = std::make_shared<bool>(false);
    with_stream([&](auto& stream) {
        boost::asio::async_write(stream, boost::asio::buffer(*kept),
                                 [this, kept, done](boost::system::error_code error, std::size_t) {
                                     if (error) lost_ = error;
                                     *done = true;
                                 });
    });
    if (!run_until(clock::now() + step_deadline, *done)) throw std::runtime_error("the broker does not read");
    if (lost_) throw std::runtime_error("the connection is lost: " + lost_.message());
    last_sent_ = clock::now();
}

void mqtt_client::start_reading() {
    read_done_ = false;
    with_stream([this](auto& stream) {
        stream.async_read_some(boost::asio::buffer(buffer_), [this](boost::system::error_code error, std::size_t n) {
            read_done_ = true;
            if (error) lost_ = error;
            input_.append(buffer_.data(), n);
        });
    });
}

// False: not in time, or there is no more time: Ctrl-C.
bool mqtt_client::fill(std::size_t size, clock::time_point end) {
    constexpr auto between_looks = 100ms; // at Ctrl-C
    while (input_.size() < size) {
        if (lost_) throw std::runtime_error("the broker closed the connection");
        if (interrupted()) return false;
        if (read_done_) start_reading();
        if (!run_until(std::min(end, clock::now() + between_looks), read_done_) && clock::now() >= end) return false;
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
        if (!got) throw std::runtime_error(interrupted() ? "interrupted" : "the broker does not answer");
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
        if (now >= end || interrupted()) return std::nullopt;
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
