// Why a message did not reach somebody it was for: one enum, one table of names for $SYS, /metrics and REST. Every
// message that is given up is counted as one of these, for the whole broker and, where it is known, for the client.
// Not among them: what a client that vanished had not yet taken from its socket, and what waits for the disk - a
// message that could not be stored is not acknowledged, so its sender still has it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace nightjar::plugin {

enum class drop_reason : std::uint8_t {
    output_full,
    queue_full,
    queue_bytes,
    memory_full,
    mailbox_full,
    offline,
    session_ended,
    denied,
    too_large,
};

struct drop_row {
    std::string_view topic; // below $SYS/broker/; the name stands behind the slash
    std::string_view help;
    bool at_limit; // counts in mosquitto's publish/messages/dropped too

    constexpr std::string_view name() const { return topic.substr(topic.find('/') + 1); }
};

inline constexpr drop_row drop_rows[] = {
    // in the order of the enum
    {"dropped/output_full", "QoS 0, and the client does not read", true},
    {"dropped/queue_full", "max_queued_messages", true},
    {"dropped/queue_bytes", "max_queued_bytes", true},
    {"dropped/memory_full", "memory_limit", true},
    {"dropped/mailbox_full", "QoS 0, and a worker cannot keep up (not told by client)", true},
    {"dropped/offline", "QoS 0, and the client is away", false},
    {"dropped/session_ended", "waited for a session that was ended", false},
    {"dropped/denied", "the client may not write or read the topic", false},
    {"dropped/too_large", "over message_size_limit or max_packet_size", false},
};
inline constexpr std::size_t drop_reasons = std::size(drop_rows);

constexpr std::string_view name_of(drop_reason why) { return drop_rows[static_cast<std::size_t>(why)].name(); }

// So many of each. A plain copy.
struct drop_counts {
    std::array<std::uint64_t, drop_reasons> by_reason{};

    std::uint64_t& operator[](drop_reason why) { return by_reason[static_cast<std::size_t>(why)]; }
    std::uint64_t operator[](drop_reason why) const { return by_reason[static_cast<std::size_t>(why)]; }
    std::uint64_t at_limits() const {
        std::uint64_t sum = 0;
        for (std::size_t i = 0; i < drop_reasons; ++i)
            if (drop_rows[i].at_limit) sum += by_reason[i];
        return sum;
    }
    std::uint64_t all() const {
        std::uint64_t sum = 0;
        for (const auto count : by_reason) sum += count;
        return sum;
    }
};

} // namespace nightjar::plugin
