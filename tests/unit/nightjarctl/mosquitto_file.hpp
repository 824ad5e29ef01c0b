// Makes a mosquitto.db, chunk by chunk, as mosquitto 2.0.11 on x86-64 writes it.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace nightjar::ctl::test {

using namespace std::string_view_literals;

template <typename Integer>
std::string big_endian(Integer value) {
    std::string out;
    for (std::size_t i = sizeof value; i-- > 0;) out += static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * i));
    return out;
}
template <typename Integer>
std::string native(Integer value) {
    std::string out(sizeof value, '\0');
    std::memcpy(out.data(), &value, sizeof value);
    return out;
}
inline std::string u8(unsigned value) { return {static_cast<char>(value)}; }
inline std::string u16(std::size_t value) { return big_endian(static_cast<std::uint16_t>(value)); }
inline std::string u32(std::size_t value) { return big_endian(static_cast<std::uint32_t>(value)); }
inline std::string u64(std::uint64_t value) { return native(value); }

struct base {
    std::uint64_t id = 0;
    std::string_view topic = "t", payload = "p";
    unsigned qos = 1;
    bool retain = false;
    std::int64_t expiry = 0;
    std::string_view properties = {};
};
struct client_message {
    std::uint64_t id = 0;
    std::string_view client = "c";
    unsigned packet_id = 0, qos = 1, state = 11;
    bool out = true, retain = false;
    std::string_view properties = {};
};

struct mosquitto_file {
    std::string bytes;

    explicit mosquitto_file(unsigned format = 6, bool at_stop = true) {
        bytes = std::string("\0\xB5\0mosquitto db"sv) + u32(0) + u32(format);
        chunk(1, u64(99) + u8(at_stop ? 1 : 0) + u8(8) + std::string(6, '\0'));
    }
    std::size_t size() const { return bytes.size(); }

    mosquitto_file& chunk(unsigned type, const std::string& body) {
        bytes += u32(type) + u32(body.size()) + body;
        return *this;
    }
    mosquitto_file& message(const base& m) {
        const auto source = "publisher"sv, user = "alice"sv;
        std::string body = u64(m.id) + native(m.expiry) + u32(m.payload.size()) + u16(7) + u16(source.size()) +
                           u16(user.size()) + u16(m.topic.size()) + u16(1883) + u8(m.qos) + u8(m.retain ? 1 : 0);
        for (const auto part : {source, user, m.topic, m.payload, m.properties}) body += part;
        return chunk(2, body);
    }
    mosquitto_file& client(std::string_view id = "c", std::string_view user = {}, std::uint32_t interval = 0xFFFF'FFFF,
                           std::int64_t expiry = 0) {
        std::string body =
            native(expiry) + u32(interval) + u16(5) + u16(id.size()) + u16(1883) + u16(user.size()) + u32(0);
        return chunk(6, body.append(id).append(user));
    }
    mosquitto_file& to_client(const client_message& m) {
        std::string body = u64(m.id) + u16(m.packet_id) + u16(m.client.size()) + u8(m.qos) + u8(m.state) +
                           u8(m.retain ? 0x11 : 1) + u8(m.out ? 1 : 0);
        return chunk(3, body.append(m.client).append(m.properties));
    }
    mosquitto_file& subscription(std::string_view client, std::string_view filter, unsigned qos = 1,
                                 unsigned options = 0, unsigned identifier = 0) {
        std::string body = u32(identifier) + u16(client.size()) + u16(filter.size()) + u8(qos) + u8(options) + u16(0);
        return chunk(5, body.append(client).append(filter));
    }
    mosquitto_file& retained(std::uint64_t id) { return chunk(4, u64(id)); }
};

} // namespace nightjar::ctl::test
