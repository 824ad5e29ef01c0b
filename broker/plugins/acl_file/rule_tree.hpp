// The rules of one list, a user's or the patterns, as a tree of topic levels. Finds the deciding rule of a topic by
// looking at the levels of that topic, not at every rule. Built once, then constant: any thread, no lock, no
// allocation.
#pragma once

#include "broker/codec/topic.hpp"
#include "broker/plugin/plugin.hpp"

#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace nightjar::plugins::acl_file {

using codec::bytes;
using plugin::access;

// What %c and %u of a pattern stand for. Never empty where one of them stands: nothing stands for no name.
struct client_names {
    bytes user; // empty: anonymous
    bytes client_id;
};

// The place of a rule in the order in which rules decide: the smallest that matches wins.
using rank = std::uint32_t;
inline constexpr rank no_rank = std::numeric_limits<rank>::max();

class rule_tree {
  public:
    struct entry {
        bytes filter; // valid; read only while the tree is built
        rank place;
        bool read, write; // for which access it decides
    };
    enum class names : std::uint8_t {
        literal, // of a user's list: %c and %u are just letters
        replaced // of patterns: as a whole level they stand for the client's names
    };
    rule_tree(const std::vector<entry>& entries, names kind);

    // The smallest rank among the entries for this access whose filter matches, or no_rank. `topic` is a valid name.
    rank find(access wanted, bytes topic, const client_names& who) const;

    bool has_client_id() const { return has_client_id_; } // %c as a whole level
    bool has_user() const { return has_user_; }           // %u

  private:
    using node_index = std::uint32_t;
    static constexpr node_index root = 0, none = 0; // the root is nobody's child

    struct node {
        std::uint32_t first_edge = 0, last_edge = 0; // [first, last) of edges_
        node_index plus = none, client_id = none, user = none;
        std::array<rank, 2> ends{no_rank, no_rank};   // by access, of filters that end here
        std::array<rank, 2> passes{no_rank, no_rank}; // of those that go on with "#"
    };
    struct edge {
        std::string level;
        node_index to;
    };
    struct search {
        std::size_t wanted;
        const client_names& who;
        rank best = no_rank;

        void meet(const std::array<rank, 2>& ranks);
    };
    class builder;

    node_index child(const node& of, bytes level) const;
    void descend(node_index at, codec::levels rest, search& s) const;
    void follow_name(node_index to, bytes name, bytes level, codec::levels rest, search& s) const;
    void follow(const node& of, bytes level, codec::levels rest, search& s) const;

    std::vector<node> nodes_;
    std::vector<edge> edges_; // of one node after the other, each node's in the order of their levels
    bool has_client_id_ = false, has_user_ = false;
};

} // namespace nightjar::plugins::acl_file
