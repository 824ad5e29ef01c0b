// The QoS 1 messages of a client that a plugin has stored last. Its PUBACK may be lost; then the client sends the
// message again with DUP, and a value must not be stored a second time. (At QoS 2 the packet id alone tells.) The same
// packet id with another topic or payload is another message. Lives with its session; one thread.
#pragma once

#include "broker/codec/packets.hpp"
#include "broker/session/journal.hpp"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace nightjar::session {

class stored_publishes {
  public:
    // `unanswered`: how many of the client's messages wait for the disk; it may send as many of them again.
    void add(const codec::publish& packet, ticket after, std::size_t unanswered) {
        if (next_ >= last_.size() && last_.size() < std::clamp(2 * unanswered, fewest, most)) {
            next_ = last_.size();
            last_.reserve(fewest);
            last_.push_back(entry_of(packet, after));
        } else {
            if (next_ >= last_.size()) next_ = 0;
            last_[next_] = entry_of(packet, after);
        }
        ++next_;
    }

    // When the first one is on disk, if this is its repetition. `failed`: the last ticket whose batch could not be
    // written; what was in it and in those before is not known to be stored.
    std::optional<ticket> find(const codec::publish& packet, ticket failed) const {
        const auto wanted = entry_of(packet, 0);
        for (std::size_t i = 0; i < last_.size(); ++i) { // newest first: packet ids are used again
            const auto& e = last_[(next_ + last_.size() - 1 - i) % last_.size()];
            if (e.id != wanted.id) continue;
            return e.hash == wanted.hash && e.after > failed ? std::optional(e.after) : std::nullopt;
        }
        return std::nullopt;
    }

  private:
    static constexpr std::size_t fewest = 32, most = 1024;
    struct entry {
        ticket after;
        std::uint32_t hash;
        codec::packet_id id;
    };
    static entry entry_of(const codec::publish& packet, ticket after) {
        const auto of = [](codec::bytes text) { return std::hash<codec::bytes>()(text); };
        constexpr std::size_t odd = 0x9E37'79B9'7F4A'7C15; // so that topic and payload do not cancel each other
        return {after, static_cast<std::uint32_t>((of(packet.topic) * odd + of(packet.payload)) >> 7),
                packet.packet_id};
    }

    std::vector<entry> last_; // a ring
    std::size_t next_ = 0;    // where the next one goes; the size: to the end, or around
};

} // namespace nightjar::session
