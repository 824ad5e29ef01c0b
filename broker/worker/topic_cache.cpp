#include "broker/worker/topic_cache.hpp"

#include "broker/codec/topic.hpp"

#include <functional>
#include <utility>

namespace nightjar::worker {

namespace {
constexpr int longest_search = 64; // places; who is in use everywhere has to lose one all the same
} // namespace

topic_entry::topic_entry(codec::bytes name, std::size_t name_hash)
    : topic(name), hash(name_hash), stripe(topics::subscription_tree::stripe_of(name)),
      reserved(name == "$SYS" || name.starts_with("$SYS/") || name == "$share" || name.starts_with("$share/")),
      closed(reserved && !codec::topic_matches(codec::state_of_bridges, name)) {}

codec::result<topic_entry*> topic_cache::look_up(codec::bytes topic, const plugin::chain& plugins) {
    const auto hash = std::hash<std::string_view>()(topic);
    if (const auto found = index_.find(key{hash, topic}); found != index_.end()) {
        last_ = found->entry;
        last_->asked_for = true;
        return last_;
    }
    if (const auto valid = codec::check_topic_name(topic); !valid) return valid.error();
    auto entry = std::make_unique<topic_entry>(topic, hash);
    if (!entry->reserved) entry->plugins = plugins.interested_in(topic);
    last_ = entry.get();
    keep(std::move(entry));
    return last_;
}

void topic_cache::keep(std::unique_ptr<topic_entry> entry) {
    const slot added{entry->hash, entry.get()};
    if (entries_.size() < most_entries) {
        entries_.push_back(std::move(entry));
    } else {
        auto& place = oldest();
        index_.erase(slot{place->hash, place.get()});
        place = std::move(entry);
    }
    index_.insert(added);
}

std::unique_ptr<topic_entry>& topic_cache::oldest() {
    for (int n = 1;; ++n) {
        auto& place = entries_[hand_];
        hand_ = (hand_ + 1) % entries_.size();
        if (!std::exchange(place->asked_for, false) || n == longest_search) return place;
    }
}

} // namespace nightjar::worker
