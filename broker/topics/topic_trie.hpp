// A trie of topic levels in flat memory: nodes in one vector, all edges in one hash map from (node, level) to node.
// Finding a child costs one integer hash, whatever the tree's width; an entry costs a node and an edge. Children of a
// node are also linked, for walks. Not thread-safe: its owner's lock covers it.
#pragma once

#include "broker/codec/topic.hpp"
#include "broker/topics/level_names.hpp"

#include <cstdint>
#include <utility>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

namespace nightjar::topics {

// Value{} means "nothing here" and is recognised by Value's conversion or emptiness: see is_empty().
template <typename Value>
class topic_trie {
  public:
    using node_index = std::uint32_t;
    static constexpr node_index root = 0, none = ~node_index{0};

    topic_trie() : nodes_(1) {}

    Value& value(node_index n) { return nodes_[n].value; }
    const Value& value(node_index n) const { return nodes_[n].value; }

    // The child along a level of a topic name or filter ("+" and "#" only match themselves here), or none.
    node_index child(node_index n, level_number level) const {
        if (level == no_level) return none;
        const auto found = edges_.find(key(n, level));
        return found == edges_.end() ? none : found->second;
    }
    level_number number(codec::bytes level) const {
        return level == "+" ? plus_level : level == "#" ? hash_level : names_.find(level);
    }
    codec::bytes level_of(node_index n) const { return names_.name(nodes_[n].level); }

    node_index first_child(node_index n) const { return nodes_[n].first_child; }
    node_index next_sibling(node_index n) const { return nodes_[n].next; }

    node_index find(codec::bytes path) const {
        codec::levels all(path);
        node_index n = root;
        for (codec::bytes level; n != none && all.next(level);) n = child(n, number(level));
        return n;
    }

    // The node of a path, made if it is not there. References to values do not survive this.
    node_index insert(codec::bytes path) {
        codec::levels all(path);
        node_index n = root;
        for (codec::bytes level; all.next(level);) {
            const auto next = child(n, number(level));
            n = next != none ? next : add_child(n, level);
        }
        return n;
    }

    // A node that may be gone by the time it is asked for again: another one may have its index then.
    struct place {
        node_index node = none;
        std::uint32_t generation = 0;
    };
    place place_of(node_index n) const { return {n, nodes_[n].generation}; }
    bool is_there(place p) const { return p.node < nodes_.size() && nodes_[p.node].generation == p.generation; }

    // Takes nodes away, from `n` upwards, that hold nothing and lead nowhere.
    void prune(node_index n) {
        while (n != root && nodes_[n].first_child == none && is_empty(nodes_[n].value)) n = remove(n);
    }

    // All nodes have indexes below this; those in between may be unused, with an empty value. One that holds something
    // keeps its index.
    node_index end_index() const { return static_cast<node_index>(nodes_.size()); }
    std::size_t node_count() const { return nodes_.size() - unused_.size(); }
    std::size_t name_count() const { return names_.size(); }

  private:
    struct node {
        Value value{};
        level_number level = no_level;
        node_index parent = none, first_child = none, next = none, previous = none;
        std::uint32_t generation = 0; // how many nodes had this index before
    };

    static std::uint64_t key(node_index n, level_number level) { return std::uint64_t{n} << 32 | level; }
    template <typename T>
    static bool is_empty(const std::vector<T>& v) {
        return v.empty();
    }
    template <typename T>
    static bool is_empty(const T& v) {
        return !v;
    }

    node_index add_child(node_index parent, codec::bytes text) {
        const auto level = text == "+" ? plus_level : text == "#" ? hash_level : names_.acquire(text);
        node_index n;
        if (unused_.empty()) {
            n = static_cast<node_index>(nodes_.size());
            nodes_.emplace_back();
        } else {
            n = unused_.back();
            unused_.pop_back();
        }
        nodes_[n].level = level;
        nodes_[n].parent = parent;
        nodes_[n].next = std::exchange(nodes_[parent].first_child, n);
        if (nodes_[n].next != none) nodes_[nodes_[n].next].previous = n;
        edges_.emplace(key(parent, level), n);
        return n;
    }

    node_index remove(node_index n) {
        const auto& gone = nodes_[n];
        const auto parent = gone.parent;
        (gone.previous == none ? nodes_[parent].first_child : nodes_[gone.previous].next) = gone.next;
        if (gone.next != none) nodes_[gone.next].previous = gone.previous;
        edges_.erase(key(parent, gone.level));
        if (gone.level > hash_level) names_.release(gone.level);
        const auto generation = gone.generation + 1;
        nodes_[n] = node{};
        nodes_[n].generation = generation;
        unused_.push_back(n);
        return parent;
    }

    struct edge_hash {
        using is_avalanching = void;
        std::size_t operator()(std::uint64_t k) const {
            k *= 0x9E3779B97F4A7C15U;
            return k ^ k >> 32;
        }
    };

    level_names names_;
    std::vector<node> nodes_;
    std::vector<node_index> unused_;
    boost::unordered_flat_map<std::uint64_t, node_index, edge_hash> edges_;
};

} // namespace nightjar::topics
