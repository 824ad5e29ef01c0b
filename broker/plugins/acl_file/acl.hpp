// Who may read and write which topic, by the lines of a mosquitto ACL file; acl_file.hpp reads one. The rules are those
// of mosquitto 2.1.2 (its acl_check.c and plugin_acl_check.c; shared page mosquitto-compat, section 3):
//
// 1. `topic` lines before the first `user` are for anonymous clients alone, those below `user X` for X alone. `pattern`
//    lines are for everybody, wherever they stand; those that name %u are not for anonymous clients.
// 2. The client's own list decides first, then the patterns; in each, `deny` lines first, then file order. The first
//    line that matches topic and access decides. No match: denied. An empty acl denies everything.
// 3. If there are patterns, a client whose user name or client id has a + or # gets nothing beyond its own list.
// 4. A topic that begins with $ is matched by filters that begin with $ only.
// 5. Before any line: writing below $SYS is denied, but to $SYS/broker/connection/+/state; so is $share.
//
// SUBSCRIBE is nobody's business here: it succeeds, and what the client may not read is not delivered to it.
//
// Immutable once made: any number of threads may ask at once. Checks take no lock and allocate nothing.
#pragma once

#include "broker/plugins/acl_file/rule_tree.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

namespace nightjar::plugins::acl_file {

// A `topic` or `pattern` line.
struct rule {
    int line = 0;     // in its file, from 1
    std::string text; // without the blanks around it: "topic deny plant/#"
    std::string filter;
    bool read = false, write = false; // neither: deny
    bool pattern = false;
    std::string user; // of a topic line; empty: for anonymous clients

    bool denies() const { return !read && !write; }
};

enum class reason : std::uint8_t {
    line,           // the line that is named
    no_line,        // none matched
    reserved_topic, // no line can open this topic
    wildcard_name,  // none of its own list matched, and patterns are not for a name with + or #
};

struct decision {
    bool allowed = false;
    reason why = reason::no_line;
    int line = 0; // that decided; 0: none did
    bytes text{}; // of that line; lives as long as the acl
};

// Rule 5, which holds without any ACL as well.
bool is_reserved(access wanted, bytes topic);

class acl {
  public:
    explicit acl(std::vector<rule> rules); // in file order, every filter valid
    acl(const acl&) = delete;              // rights point into it
    acl& operator=(const acl&) = delete;

    // `user` empty: anonymous, as mosquitto takes a name of no bytes. `topic` is a valid topic name: it comes from a
    // PUBLISH that the codec has accepted. For one question; who has more asks rights.
    decision check(access wanted, bytes user, bytes client_id, bytes topic) const;

    // Whether all topics that match a valid filter may be read. Said of a filter of which one line allows all and no
    // deny line a part; costs as much as there are lines.
    decision check_filter(bytes user, bytes client_id, bytes filter) const;

    // False: user and topic alone tell the answer, whatever the client id.
    bool depends_on_client_id() const { return patterns_.has_value(); }

  private:
    friend class rights;

    // The lists that count for a client.
    struct lists {
        const rule_tree* own = nullptr;      // null: none
        const rule_tree* patterns = nullptr; // null: none, or not for this client
        bool wildcard_name = false;          // that is why

        bool operator==(const lists&) const = default;
    };
    // Looks a user up by a view.
    struct text_hash {
        using is_transparent = void;
        std::size_t operator()(bytes text) const { return std::hash<bytes>{}(text); }
    };

    lists lists_of(const client_names& who) const;
    decision decide(const lists& of, access wanted, const client_names& who, bytes topic) const;
    decision told_by(rank place) const;

    std::vector<rule> rules_; // a rule's place here is its rank: all denies, then the others, each in file order
    boost::unordered_flat_map<std::string, rule_tree, text_hash, std::equal_to<>> users_; // "": anonymous
    std::optional<rule_tree> patterns_;
    std::optional<rule_tree> anonymous_patterns_; // those without %u
};

// What one client may do: the same answers as acl::check, with its lists looked up. Made when the client connects and
// after a reload; keeps its acl alive. Constant, so any thread may ask.
class rights {
  public:
    rights(std::shared_ptr<const acl> from, bytes user, bytes client_id); // `from` is not null

    decision check(access wanted, bytes topic) const {
        return acl_->decide(lists_, wanted, {user_, client_id_}, topic);
    }

    // Both give the same answer for every topic: one cached verdict does for both clients.
    bool same_as(const rights& other) const;

    const std::shared_ptr<const acl>& source() const { return acl_; } // for "is it still the current one?"

  private:
    std::shared_ptr<const acl> acl_;
    std::string user_, client_id_;
    acl::lists lists_;
};

} // namespace nightjar::plugins::acl_file
