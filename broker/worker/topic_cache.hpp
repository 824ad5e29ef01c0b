// What a worker knows of a topic, so that a PUBLISH costs one hash look-up: that its name is valid, which sessions of
// this worker get it, which other workers have subscribers, which plugins want it. One per worker, one thread.
//
// Entries carry the version of the subscription tree they were made from; an old one is filled again. When the cache is
// full, a new topic takes the place of one that was not asked for since the hand of a clock last passed it: one at a
// time, and the index grows without a look at the names, so that no PUBLISH waits for thousands of others.
#pragma once

#include "broker/codec/error.hpp"
#include "broker/plugin/chain.hpp"
#include "broker/topics/retained_tree.hpp"
#include "broker/topics/subscription_tree.hpp"
#include "storage/write_batch.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <boost/unordered/unordered_flat_set.hpp>

namespace nightjar::session {
class session;
}

namespace nightjar::worker {

struct topic_entry {
    struct target {
        session::session* session;
        codec::qos granted;
        bool durable;
    };
    topic_entry(codec::bytes name, std::size_t name_hash);

    const std::string topic;
    const std::size_t hash;   // of it
    bool asked_for = true;    // since the hand of the cache's clock passed
    const std::size_t stripe; // of the subscription tree
    topics::tree_version version = 0;
    std::uint64_t rights = 0;    // worker::rights_ when it was filled; 0: it was not
    const bool reserved;         // `$SYS`, `$share`: of this process, so not kept on disk
    const bool closed;           // reserved, and clients may not publish here either
    std::uint64_t writer = 0;    // the session whose right to publish here was last asked for
    std::uint64_t writer_at = 0; // worker::rights_ then
    bool writer_may = false;
    std::uint64_t other_workers = 0; // bit n: worker n has subscribers
    std::vector<target> local;
    std::vector<session::session*> forbidden; // of this worker: subscribed, but may not read it
    storage::recipient_list durable;          // durable subscribers of all workers, granted QoS 1 or 2; null: none
    plugin::interested_list plugins;
    topics::retained_tree::place retained; // the tree's note on where this topic lies
};

class topic_cache {
  public:
    // The entry of a topic; made, with its plugins but without subscribers, when it is not there. An error if the topic
    // is not a valid name. Holds until the next call.
    codec::result<topic_entry*> find(codec::bytes topic, const plugin::chain& plugins) {
        if (last_ != nullptr && last_->topic == topic) return last_; // a publisher often stays with its topic
        return look_up(topic, plugins);
    }

    void clear() { *this = {}; } // all that was found out is old

    std::size_t size() const { return entries_.size(); }

  private:
    static constexpr std::size_t most_entries = 131'072;

    struct key {
        std::size_t hash;
        std::string_view topic;
    };
    struct slot {
        std::size_t hash;
        topic_entry* entry;
    };
    struct known_hash {
        using is_transparent = void;
        using is_avalanching = void;
        std::size_t operator()(const auto& of) const { return of.hash; }
    };
    struct same_topic {
        using is_transparent = void;
        bool operator()(const slot& a, const slot& b) const { return a.entry == b.entry; }
        bool operator()(const key& k, const slot& s) const { return s.hash == k.hash && s.entry->topic == k.topic; }
        bool operator()(const slot& s, const key& k) const { return (*this)(k, s); }
    };

    codec::result<topic_entry*> look_up(codec::bytes topic, const plugin::chain& plugins);
    void keep(std::unique_ptr<topic_entry> entry);
    std::unique_ptr<topic_entry>& oldest();

    boost::unordered_flat_set<slot, known_hash, same_topic> index_;
    std::vector<std::unique_ptr<topic_entry>> entries_;
    std::size_t hand_ = 0;
    topic_entry* last_ = nullptr;
};

} // namespace nightjar::worker
