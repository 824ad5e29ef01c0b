#include "broker/topics/subscription_tree.hpp"

#include <algorithm>
#include <mutex>

namespace nightjar::topics {

namespace {

codec::bytes first_level(codec::bytes text) { return text.substr(0, text.find('/')); }

bool by_id(const subscriber& a, const subscriber& b) { return a.id < b.id; }

} // namespace

std::size_t subscription_tree::stripe_of(codec::bytes topic) {
    return std::hash<codec::bytes>()(first_level(topic)) % stripes;
}

void subscription_tree::changed(codec::bytes filter) {
    const auto first = first_level(filter);
    auto& version = first == "+" || first == "#" ? wildcard_version_ : versions_[stripe_of(filter)];
    version.fetch_add(1, std::memory_order_release);
}

bool subscription_tree::subscribe(codec::bytes filter, subscriber who) {
    bool added = false;
    {
        const std::unique_lock lock(mutex_);
        auto& here = trie_.value(trie_.insert(filter));
        const auto place = std::lower_bound(here.begin(), here.end(), who, by_id);
        if (place != here.end() && place->id == who.id) {
            *place = who;
        } else {
            here.insert(place, who);
            ++count_;
            added = true;
        }
    }
    changed(filter);
    return added;
}

bool subscription_tree::unsubscribe(codec::bytes filter, subscriber_id who) {
    {
        const std::unique_lock lock(mutex_);
        const auto node = trie_.find(filter);
        if (node == trie::none) return false;
        auto& here = trie_.value(node);
        const auto place = std::lower_bound(here.begin(), here.end(), subscriber{who, {}}, by_id);
        if (place == here.end() || place->id != who) return false;
        here.erase(place);
        if (here.empty()) here = {};
        --count_;
        trie_.prune(node);
    }
    changed(filter);
    return true;
}

void subscription_tree::match(codec::bytes topic, std::vector<subscriber>& out) const {
    const auto before = static_cast<std::ptrdiff_t>(out.size());
    {
        const std::shared_lock lock(mutex_);
        collect(trie::root, codec::levels(topic), true, out);
    }
    const auto begin = out.begin() + before;
    // Same session, highest QoS first, so that unique() keeps that one.
    std::sort(begin, out.end(),
              [](const subscriber& a, const subscriber& b) { return a.id != b.id ? a.id < b.id : a.qos > b.qos; });
    out.erase(std::unique(begin, out.end(), [](const subscriber& a, const subscriber& b) { return a.id == b.id; }),
              out.end());
}

// Depth is bounded by max_topic_levels.
void subscription_tree::collect(trie::node_index node, codec::levels rest, bool first,
                                std::vector<subscriber>& out) const {
    codec::bytes level;
    const bool more = rest.next(level);
    const bool hidden = first && level.starts_with('$');   // from filters that begin with a wildcard [MQTT-4.7.2-1]
    if (!hidden) take(trie_.child(node, hash_level), out); // "#" matches here and all below
    if (!more) return take(node, out);
    if (const auto next = trie_.child(node, trie_.number(level)); next != trie::none) collect(next, rest, false, out);
    if (hidden) return;
    if (const auto next = trie_.child(node, plus_level); next != trie::none) collect(next, rest, false, out);
}

void subscription_tree::take(trie::node_index node, std::vector<subscriber>& out) const {
    if (node == trie::none) return;
    const auto& here = trie_.value(node);
    out.insert(out.end(), here.begin(), here.end());
}

std::optional<subscriber> subscription_tree::find(codec::bytes filter, subscriber_id who) const {
    const std::shared_lock lock(mutex_);
    const auto node = trie_.find(filter);
    if (node == trie::none) return std::nullopt;
    const auto& here = trie_.value(node);
    const auto place = std::lower_bound(here.begin(), here.end(), subscriber{who, {}}, by_id);
    return place != here.end() && place->id == who ? std::optional(*place) : std::nullopt;
}

std::size_t subscription_tree::subscription_count() const {
    const std::shared_lock lock(mutex_);
    return count_;
}

} // namespace nightjar::topics
