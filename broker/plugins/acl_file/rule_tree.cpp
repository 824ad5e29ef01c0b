#include "broker/plugins/acl_file/rule_tree.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace nightjar::plugins::acl_file {

// Makes nodes as the filters come; the edges are sorted by a map first and then laid out flat.
class rule_tree::builder {
  public:
    builder(rule_tree& tree, names kind) : tree_(tree), kind_(kind) { tree_.nodes_.emplace_back(); }

    void add(const entry& e) {
        node_index at = root;
        codec::levels all(e.filter);
        for (bytes level; all.next(level);) {
            if (level == "#") return put(tree_.nodes_[at].passes, e); // always the last one
            at = step(at, level);
        }
        put(tree_.nodes_[at].ends, e);
    }

    void finish() {
        for (const auto& [from, to] : edges_) {
            auto& parent = tree_.nodes_[from.first];
            const auto index = static_cast<std::uint32_t>(tree_.edges_.size());
            if (parent.last_edge == 0) parent.first_edge = index;
            parent.last_edge = index + 1;
            tree_.edges_.push_back({std::string(from.second), to});
        }
    }

  private:
    static void put(std::array<rank, 2>& ranks, const entry& e) {
        const auto lower = [&](access a) {
            auto& at = ranks[static_cast<std::size_t>(a)];
            at = std::min(at, e.place);
        };
        if (e.read) lower(access::read);
        if (e.write) lower(access::write);
    }

    node_index step(node_index at, bytes level) {
        const bool replaced = kind_ == names::replaced;
        if (level == "+") return special(at, &node::plus);
        if (replaced && level == "%c") {
            tree_.has_client_id_ = true;
            return special(at, &node::client_id);
        }
        if (replaced && level == "%u") {
            tree_.has_user_ = true;
            return special(at, &node::user);
        }
        const auto [place, is_new] = edges_.try_emplace({at, level}, none);
        if (is_new) place->second = make();
        return place->second;
    }

    node_index special(node_index at, node_index node::*member) {
        if (tree_.nodes_[at].*member == none) {
            const auto made = make();
            tree_.nodes_[at].*member = made;
        }
        return tree_.nodes_[at].*member;
    }

    node_index make() {
        tree_.nodes_.emplace_back();
        return static_cast<node_index>(tree_.nodes_.size() - 1);
    }

    rule_tree& tree_;
    names kind_;
    std::map<std::pair<node_index, bytes>, node_index> edges_;
};

rule_tree::rule_tree(const std::vector<entry>& entries, names kind) {
    builder work(*this, kind);
    for (const auto& e : entries) work.add(e);
    work.finish();
    nodes_.shrink_to_fit();
}

void rule_tree::search::meet(const std::array<rank, 2>& ranks) { best = std::min(best, ranks[wanted]); }

rule_tree::node_index rule_tree::child(const node& of, bytes level) const {
    const auto first = edges_.begin() + of.first_edge, last = edges_.begin() + of.last_edge;
    const auto found = std::lower_bound(first, last, level, [](const edge& e, bytes text) { return e.level < text; });
    return found != last && found->level == level ? found->to : none;
}

void rule_tree::follow(const node& of, bytes level, codec::levels rest, search& s) const {
    if (const auto next = child(of, level); next != none) descend(next, rest, s);
}

// As deep as the longest filter at most, however many levels the topic has.
void rule_tree::descend(node_index at, codec::levels rest, search& s) const {
    const auto& here = nodes_[at];
    s.meet(here.passes); // "a/#" matches "a" too
    bytes level;
    if (!rest.next(level)) return s.meet(here.ends);
    if (here.plus != none) descend(here.plus, rest, s);
    if (here.client_id != none) follow_name(here.client_id, s.who.client_id, level, rest, s);
    if (here.user != none) follow_name(here.user, s.who.user, level, rest, s);
    follow(here, level, rest, s);
}

// A name with a '/' stands for as many levels: a deny must not be escaped by choosing such a client id.
void rule_tree::follow_name(node_index to, bytes name, bytes level, codec::levels rest, search& s) const {
    if (name.empty()) return;
    codec::levels wanted(name);
    bytes part;
    wanted.next(part);
    while (part == level) {
        if (!wanted.next(part)) return descend(to, rest, s);
        if (!rest.next(level)) return;
    }
}

rank rule_tree::find(access wanted, bytes topic, const client_names& who) const {
    search s{static_cast<std::size_t>(wanted), who};
    codec::levels all(topic);
    if (topic.starts_with('$')) { // only a filter that begins with this very '$' matches [MQTT-4.7.2-1]; no name does
        bytes level;
        all.next(level);
        follow(nodes_[root], level, all, s);
    } else {
        descend(root, all, s);
    }
    return s.best;
}

} // namespace nightjar::plugins::acl_file
