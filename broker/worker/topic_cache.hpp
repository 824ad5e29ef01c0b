// What a worker knows of a topic, so that a PUBLISH costs one hash look-up: that its name is valid, which sessions of
// this worker get it, which other workers have subscribers, which plugins want it. One per worker, one thread.
//
// Entries carry the version of the subscription tree they were made from; an old one is filled again. The cache forgets
// by generations: when the young half is full, the old half goes.
#pragma once

#include "broker/codec/error.hpp"
#include "broker/plugin/chain.hpp"
#include "broker/topics/subscription_tree.hpp"
#include "storage/write_batch.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

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
    explicit topic_entry(codec::bytes name);

    const std::string topic;
    const std::size_t stripe; // of the subscription tree
    topics::tree_version version = 0;
    std::uint64_t rights = 0;    // worker::rights_ when it was filled; 0: it was not
    const bool reserved;         // `$SYS`, `$share`: clients may not publish here
    std::uint64_t writer = 0;    // the session whose right to publish here was last asked for
    std::uint64_t writer_at = 0; // worker::rights_ then
    bool writer_may = false;
    std::uint64_t other_workers = 0; // bit n: worker n has subscribers
    std::vector<target> local;
    std::vector<session::session*> forbidden; // of this worker: subscribed, but may not read it
    storage::recipient_list durable;          // durable subscribers of all workers, granted QoS 1 or 2; null: none
    plugin::interested_list plugins;
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

    std::size_t size() const { return young_.size() + old_.size(); }

  private:
    static constexpr std::size_t generation_size = 65'536;

    // The keys are the entries' own names.
    using table =
        boost::unordered_flat_map<std::string_view, std::unique_ptr<topic_entry>, std::hash<std::string_view>>;

    codec::result<topic_entry*> look_up(codec::bytes topic, const plugin::chain& plugins);
    topic_entry* insert(std::unique_ptr<topic_entry> entry);

    table young_, old_;
    topic_entry* last_ = nullptr;
};

} // namespace nightjar::worker
