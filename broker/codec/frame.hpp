// Cuts a byte stream into packets: the fixed header of MQTT-2.2.
#pragma once

#include "broker/codec/error.hpp"
#include "broker/codec/types.hpp"

#include <optional>

namespace nightjar::codec {

struct fixed_header {
    packet_type type = packet_type::reserved;
    std::uint8_t flags = 0;             // low four bits of the first byte
    std::uint8_t header_size = 0;       // bytes of the fixed header itself, 2 to 5
    std::uint32_t remaining_length = 0; // bytes that follow it

    std::size_t frame_size() const { return std::size_t{header_size} + remaining_length; }
};

// Reads the fixed header at the start of `input`. No value inside the result: more bytes are needed.
// Does not look at the flags; each decoder does. Inline: it runs for each packet.
inline result<std::optional<fixed_header>> read_fixed_header(bytes input) {
    if (input.size() < 2) return std::optional<fixed_header>{};
    const auto first = static_cast<std::uint8_t>(input[0]);
    fixed_header header{static_cast<packet_type>(first >> 4), static_cast<std::uint8_t>(first & 0x0F), 0, 0};
    std::uint32_t length = 0;
    for (std::size_t i = 1; i <= 4; ++i) {
        if (i >= input.size()) return std::optional<fixed_header>{};
        const auto byte = static_cast<std::uint8_t>(input[i]);
        length |= static_cast<std::uint32_t>(byte & 0x7F) << (7 * (i - 1));
        if ((byte & 0x80) == 0) {
            header.header_size = static_cast<std::uint8_t>(i + 1);
            header.remaining_length = length;
            return std::optional<fixed_header>{header};
        }
    }
    return error::malformed_remaining_length;
}

} // namespace nightjar::codec
