// The last retained message of each topic: one tree for the process. Any thread; a shared mutex inside, taken to set
// a retained message and to serve a new subscription, by no other PUBLISH.
#pragma once

#include "broker/codec/topic.hpp"
#include "broker/topics/message.hpp"
#include "broker/topics/topic_trie.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <shared_mutex>
#include <vector>

namespace nightjar::topics {

class retained_tree {
  public:
    struct entry {
        message_ptr message;
        std::uint32_t since = 0; // as given to set()
        explicit operator bool() const { return message != nullptr; }
    };
    using place = topic_trie<entry>::place; // of a topic

    // Keeps `m` for its topic; a message without payload takes the old one away instead [MQTT-3.3.1-10] and is not kept
    // [MQTT-3.3.1-11]. Returns the message that it replaced or took away, or null. `now`: seconds since 1970; 0: nobody
    // knows since when the message is there. `where`: a note that its one thread keeps for this topic; saves the
    // search, and may be old.
    message_ptr set(message_ptr m, std::uint32_t now = 0, place* where = nullptr);

    // Appends the messages whose topic matches a valid filter. [MQTT-4.7.2-1] holds for `$` topics. False: it has
    // looked at `most` levels of topics, and there may be more.
    bool match(codec::bytes filter, std::vector<message_ptr>& out, std::size_t most = SIZE_MAX) const;

    std::optional<entry> find(codec::bytes topic) const;
    // Appends what lies in `count` places from `from` on; the return is where to go on, 0 at the end. Who goes through
    // from 0 to the end meets each message that is there all the time once.
    std::size_t look_through(std::size_t from, std::size_t count, std::vector<entry>& out) const;

    std::size_t size() const { return size_; }
    std::size_t footprint() const { return footprint_; } // bytes of all messages
    std::size_t payload_bytes() const { return payload_bytes_; }

  private:
    using trie = topic_trie<entry>;
    struct search {
        std::vector<message_ptr>& out;
        std::size_t left; // to look at
    };
    message_ptr keep(message_ptr m, std::uint32_t now, place* where);
    message_ptr take(codec::bytes topic);
    void collect(trie::node_index node, codec::levels rest, bool first, search& into) const;
    void collect_below(trie::node_index node, bool first, search& into) const;

    mutable std::shared_mutex mutex_; // guards the trie
    trie trie_;
    // Counted beside the lock: for a moment with a message and the one that it replaces.
    std::atomic<std::size_t> size_ = 0, footprint_ = 0, payload_bytes_ = 0;
};

} // namespace nightjar::topics
