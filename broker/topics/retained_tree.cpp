#include "broker/topics/retained_tree.hpp"

#include <algorithm>
#include <mutex>
#include <utility>

namespace nightjar::topics {

message_ptr retained_tree::set(message_ptr m, std::uint32_t now, place* where) {
    if (!m->payload().empty()) {
        size_.fetch_add(1, std::memory_order_relaxed);
        footprint_.fetch_add(m->footprint(), std::memory_order_relaxed);
        payload_bytes_.fetch_add(m->payload().size(), std::memory_order_relaxed);
    }
    auto old = m->payload().empty() ? take(m->topic()) : keep(std::move(m), now, where);
    if (old) {
        size_.fetch_sub(1, std::memory_order_relaxed);
        footprint_.fetch_sub(old->footprint(), std::memory_order_relaxed);
        payload_bytes_.fetch_sub(old->payload().size(), std::memory_order_relaxed);
    }
    return old;
}

message_ptr retained_tree::keep(message_ptr m, std::uint32_t now, place* where) {
    const std::unique_lock lock(mutex_);
    const bool known = where != nullptr && trie_.is_there(*where);
    const auto node = known ? where->node : trie_.insert(m->topic());
    if (where != nullptr && !known) *where = trie_.place_of(node);
    return std::exchange(trie_.value(node), entry{std::move(m), now}).message;
}

message_ptr retained_tree::take(codec::bytes topic) {
    const std::unique_lock lock(mutex_);
    const auto node = trie_.find(topic);
    if (node == trie::none) return nullptr;
    auto old = std::exchange(trie_.value(node), entry{}).message;
    trie_.prune(node);
    return old;
}

bool retained_tree::match(codec::bytes filter, std::vector<message_ptr>& out, std::size_t most) const {
    search into{out, most};
    const std::shared_lock lock(mutex_);
    collect(trie::root, codec::levels(filter), true, into);
    return into.left != 0;
}

// Depth is bounded by max_topic_levels.
void retained_tree::collect(trie::node_index node, codec::levels rest, bool first, search& into) const {
    codec::bytes level;
    if (into.left == 0) return;
    --into.left;
    if (!rest.next(level)) {
        if (const auto& kept = trie_.value(node)) into.out.push_back(kept.message);
        return;
    }
    if (level == "#") return collect_below(node, first, into);
    if (level != "+") {
        const auto next = trie_.child(node, trie_.number(level));
        if (next != trie::none) collect(next, rest, false, into);
        return;
    }
    for (auto n = trie_.first_child(node); n != trie::none && into.left != 0; n = trie_.next_sibling(n)) {
        if (first && trie_.level_of(n).starts_with('$')) continue; // [MQTT-4.7.2-1]
        collect(n, rest, false, into);
    }
}

// "#": the node itself and all below.
void retained_tree::collect_below(trie::node_index node, bool first, search& into) const {
    if (into.left == 0) return;
    --into.left;
    if (const auto& kept = trie_.value(node)) into.out.push_back(kept.message);
    for (auto n = trie_.first_child(node); n != trie::none && into.left != 0; n = trie_.next_sibling(n)) {
        if (first && trie_.level_of(n).starts_with('$')) continue;
        collect_below(n, false, into);
    }
}

std::optional<retained_tree::entry> retained_tree::find(codec::bytes topic) const {
    const std::shared_lock lock(mutex_);
    const auto node = trie_.find(topic);
    if (node == trie::none || !trie_.value(node)) return std::nullopt;
    return trie_.value(node);
}

std::size_t retained_tree::look_through(std::size_t from, std::size_t count, std::vector<entry>& out) const {
    const std::shared_lock lock(mutex_);
    const std::size_t all = trie_.end_index(), end = std::min(all, from + count);
    for (auto n = from; n < end; ++n) {
        if (const auto& kept = trie_.value(static_cast<trie::node_index>(n))) out.push_back(kept);
    }
    return end < all ? end : 0;
}

} // namespace nightjar::topics
