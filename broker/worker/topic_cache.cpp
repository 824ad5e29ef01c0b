#include "broker/worker/topic_cache.hpp"

#include "broker/codec/topic.hpp"

namespace nightjar::worker {

codec::result<topic_entry*> topic_cache::find(codec::bytes topic, const plugin::chain& plugins) {
    if (const auto found = young_.find(topic); found != young_.end()) return found->second.get();
    if (const auto found = old_.find(topic); found != old_.end()) {
        auto entry = std::move(found->second);
        old_.erase(found);
        return insert(topic, std::move(entry));
    }
    if (const auto valid = codec::check_topic_name(topic); !valid) return valid.error();
    auto entry = std::make_unique<topic_entry>();
    codec::bytes first;
    codec::levels(topic).next(first);
    entry->reserved = first == "$SYS" || first == "$share";
    if (!entry->reserved) entry->plugins = plugins.interested_in(topic);
    return insert(topic, std::move(entry));
}

topic_entry* topic_cache::insert(codec::bytes topic, std::unique_ptr<topic_entry> entry) {
    if (young_.size() >= generation_size) {
        old_ = std::move(young_);
        young_ = {};
    }
    return young_.emplace(topic, std::move(entry)).first->second.get();
}

} // namespace nightjar::worker
