// Who wants which topics: one tree for the process. Changed by SUBSCRIBE, UNSUBSCRIBE and session end, read when a
// worker fills an entry of its topic cache. Any thread; a shared mutex inside, which no PUBLISH takes whose topic
// is in the cache.
//
// Versions tell caches that they are old. Each first level has a version (striped), filters that begin with a wildcard
// count in all of them. A change is visible before the version moves, so an entry filled with version v holds at
// least everything that v covers.
#pragma once

#include "broker/codec/topic.hpp"
#include "broker/topics/topic_trie.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <optional>
#include <shared_mutex>
#include <vector>

namespace nightjar::topics {

// A session, without knowing sessions: its worker in the top 16 bits, a number that is never used again below.
struct subscriber_id {
    std::uint64_t value = 0;
    std::uint16_t worker() const { return static_cast<std::uint16_t>(value >> 48); }
    friend bool operator==(const subscriber_id&, const subscriber_id&) = default;
    friend bool operator<(const subscriber_id& a, const subscriber_id& b) { return a.value < b.value; }
};

struct subscriber {
    subscriber_id id;
    codec::qos qos = codec::qos::at_most_once; // granted
    bool durable = false;                      // its messages are kept on disk
};

using tree_version = std::uint64_t;

class subscription_tree {
  public:
    // A valid filter. Returns true if this subscriber had not yet subscribed to it; otherwise its QoS is replaced.
    bool subscribe(codec::bytes filter, subscriber who);
    // Returns false if there was no such subscription.
    bool unsubscribe(codec::bytes filter, subscriber_id who);

    // The version to remember with what match() gives; read it before match(). Lock-free. Topics of one stripe share
    // it.
    static std::size_t stripe_of(codec::bytes topic);
    tree_version version(std::size_t stripe) const {
        // Both only grow, so their sum changes when either does.
        return versions_[stripe].load(std::memory_order_acquire) + wildcard_version_.load(std::memory_order_acquire);
    }
    tree_version version_of(codec::bytes topic) const { return version(stripe_of(topic)); }
    // Appends each subscriber of a valid topic name once, with the highest QoS of its matching filters [MQTT-3.3.5-1],
    // sorted by id. `$` rule: [MQTT-4.7.2-1].
    void match(codec::bytes topic, std::vector<subscriber>& out) const;

    // As subscribe() was last told; nothing if there is no such subscription.
    std::optional<subscriber> find(codec::bytes filter, subscriber_id who) const;
    std::size_t subscription_count() const;

  private:
    static constexpr std::size_t stripes = 64;
    void changed(codec::bytes filter);

    using subscribers = std::vector<subscriber>; // sorted by id; new sessions have the largest
    using trie = topic_trie<subscribers>;
    void collect(trie::node_index node, codec::levels rest, bool first, std::vector<subscriber>& out) const;
    void take(trie::node_index node, std::vector<subscriber>& out) const;

    mutable std::shared_mutex mutex_; // guards trie_, count_
    trie trie_;
    std::size_t count_ = 0;
    std::array<std::atomic<tree_version>, stripes> versions_{}; // by first level
    std::atomic<tree_version> wildcard_version_{0};             // of filters whose first level is a wildcard
};

} // namespace nightjar::topics
