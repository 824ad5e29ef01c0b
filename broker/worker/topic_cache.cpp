#include "broker/worker/topic_cache.hpp"

#include "broker/codec/topic.hpp"

namespace nightjar::worker {

topic_entry::topic_entry(codec::bytes name)
    : topic(name), stripe(topics::subscription_tree::stripe_of(name)),
      reserved(name == "$SYS" || name.starts_with("$SYS/") || name == "$share" || name.starts_with("$share/")) {}

codec::result<topic_entry*> topic_cache::look_up(codec::bytes topic, const plugin::chain& plugins) {
    if (const auto found = young_.find(topic); found != young_.end()) return last_ = found->second.get();
    if (const auto found = old_.find(topic); found != old_.end()) {
        auto entry = std::move(found->second);
        old_.erase(found);
        return insert(std::move(entry));
    }
    if (const auto valid = codec::check_topic_name(topic); !valid) return valid.error();
    auto entry = std::make_unique<topic_entry>(topic);
    if (!entry->reserved) entry->plugins = plugins.interested_in(topic);
    return insert(std::move(entry));
}

topic_entry* topic_cache::insert(std::unique_ptr<topic_entry> entry) {
    if (young_.size() >= generation_size) {
        last_ = nullptr; // it may be old
        old_ = std::move(young_);
        young_ = {};
    }
    const std::string_view name = entry->topic;
    return last_ = young_.emplace(name, std::move(entry)).first->second.get();
}

} // namespace nightjar::worker
