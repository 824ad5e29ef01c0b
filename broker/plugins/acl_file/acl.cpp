#include "broker/plugins/acl_file/acl.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace nightjar::plugins::acl_file {

namespace {

bool has_wildcard(bytes name) { return name.find_first_of("+#") != bytes::npos; }

// %c and %u of a pattern, as whole levels.
std::string with_names(bytes pattern, const client_names& who) {
    std::string out;
    codec::levels all(pattern);
    for (bytes level; all.next(level);) {
        out += level == "%c" ? who.client_id : level == "%u" ? who.user : level;
        out += '/';
    }
    out.pop_back();
    return out;
}

// Some topic matches both.
bool filters_meet(bytes a, bytes b) {
    codec::levels left(a), right(b);
    for (bytes x, y;;) {
        const bool more_left = left.next(x), more_right = right.next(y);
        if ((more_left && x == "#") || (more_right && y == "#")) return true; // "a/#" matches "a" too
        if (more_left != more_right) return false;
        if (!more_left) return true;
        if (x != y && x != "+" && y != "+") return false;
    }
}

// Each topic that matches `narrow` matches `wide`.
bool filter_covers(bytes wide, bytes narrow) {
    if (narrow.starts_with('$') != wide.starts_with('$')) return false; // [MQTT-4.7.2-1]
    codec::levels outer(wide), inner(narrow);
    for (bytes x, y;;) {
        const bool more_outer = outer.next(x), more_inner = inner.next(y);
        if (more_outer && x == "#") return true;
        if (more_outer != more_inner) return false;
        if (!more_outer) return true;
        if (y == "#" || (x != "+" && x != y)) return false;
    }
}

rule_tree::entry entry_of(const rule& r, std::size_t place) {
    return {r.filter, static_cast<rank>(place), r.read || r.denies(), r.write || r.denies()};
}

} // namespace

bool is_reserved(access wanted, bytes topic) {
    if (topic.starts_with("$share")) return true;
    return wanted == access::write && topic.starts_with("$SYS") &&
           !codec::topic_matches(codec::state_of_bridges, topic);
}

acl::acl(std::vector<rule> rules) : rules_(std::move(rules)) {
    std::stable_partition(rules_.begin(), rules_.end(), [](const rule& r) { return r.denies(); });
    std::map<bytes, std::vector<rule_tree::entry>> of_users;
    std::vector<rule_tree::entry> patterns, of_anonymous;
    for (std::size_t i = 0; i < rules_.size(); ++i) {
        const auto& r = rules_[i];
        const auto e = entry_of(r, i);
        if (!r.pattern) {
            of_users[r.user].push_back(e);
            continue;
        }
        patterns.push_back(e);
        // mosquitto looks for %u anywhere in the filter here, though it replaces whole levels only.
        if (r.filter.find("%u") == std::string::npos) of_anonymous.push_back(e);
    }
    users_.reserve(of_users.size());
    for (const auto& [user, entries] : of_users)
        users_.emplace(std::string(user), rule_tree(entries, rule_tree::names::literal));
    if (patterns.empty()) return;
    patterns_.emplace(patterns, rule_tree::names::replaced);
    anonymous_patterns_.emplace(of_anonymous, rule_tree::names::replaced);
}

acl::lists acl::lists_of(const client_names& who) const {
    lists found;
    if (const auto own = users_.find(who.user); own != users_.end()) found.own = &own->second;
    if (!patterns_) return found;
    // Else a client would choose a name that opens more than its own place (CVE-2017-7650).
    found.wildcard_name = has_wildcard(who.user) || has_wildcard(who.client_id);
    if (!found.wildcard_name) found.patterns = who.user.empty() ? &*anonymous_patterns_ : &*patterns_;
    return found;
}

decision acl::told_by(rank place) const {
    const auto& r = rules_[place];
    return {!r.denies(), reason::line, r.line, r.text};
}

decision acl::decide(const lists& of, access wanted, const client_names& who, bytes topic) const {
    if (is_reserved(wanted, topic)) return {.why = reason::reserved_topic};
    for (const auto* list : {of.own, of.patterns})
        if (list != nullptr)
            if (const auto place = list->find(wanted, topic, who); place != no_rank) return told_by(place);
    return {.why = of.wildcard_name ? reason::wildcard_name : reason::no_line};
}

decision acl::check(access wanted, bytes user, bytes client_id, bytes topic) const {
    const client_names who{user, client_id};
    return decide(lists_of(who), wanted, who, topic);
}

decision acl::check_filter(bytes user, bytes client_id, bytes filter) const {
    const client_names who{user, client_id};
    const auto lists = lists_of(who);
    for (const bool patterns : {false, true}) { // its own list decides first, in each the denies
        if (patterns && lists.patterns == nullptr) break;
        for (std::size_t i = 0; i < rules_.size(); ++i) {
            const auto& r = rules_[i];
            if (r.pattern != patterns || (!patterns && r.user != user)) continue;
            if (patterns && user.empty() && r.filter.find("%u") != std::string::npos) continue;
            const auto own = patterns ? with_names(r.filter, who) : r.filter;
            const bool decides = r.denies() ? filters_meet(own, filter) : r.read && filter_covers(own, filter);
            if (decides) return told_by(static_cast<rank>(i));
        }
    }
    return {.why = lists.wildcard_name ? reason::wildcard_name : reason::no_line};
}

rights::rights(std::shared_ptr<const acl> from, bytes user, bytes client_id)
    : acl_(std::move(from)), user_(user), client_id_(client_id), lists_(acl_->lists_of({user, client_id})) {}

bool rights::same_as(const rights& other) const {
    if (acl_ != other.acl_ || lists_ != other.lists_) return false;
    if (lists_.patterns == nullptr) return true;
    return (!lists_.patterns->has_client_id() || client_id_ == other.client_id_) &&
           (!lists_.patterns->has_user() || user_ == other.user_);
}

} // namespace nightjar::plugins::acl_file
