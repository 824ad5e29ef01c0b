#include "tools/nightjarctl/import_plan.hpp"

#include "broker/codec/topic.hpp"

#include <algorithm>
#include <array>
#include <deque>
#include <map>

#include <fmt/format.h>

namespace nightjar::ctl {

namespace {

constexpr std::size_t none = SIZE_MAX;
constexpr std::uint8_t no_local = 0x04, retain_as_published = 0x08; // of a subscription's options

class planner {
  public:
    planner(const mosquitto_db& from, const stored_names& existing, std::int64_t now)
        : db_(from), existing_(existing), now_(now), shared_(from.messages.size(), {none, none, none}),
          fate_(from.messages.size()) {}

    import_plan run() {
        describe_file();
        choose_sessions();
        for (std::size_t s = 0; s < clients_.size(); ++s) queue_outbound(s);
        find_retained();
        for (std::size_t s = 0; s < clients_.size(); ++s) route_inbound(s);
        choose_retained();
        put_in_order();
        count_losses();
        return std::move(plan_);
    }

  private:
    // A message to be stored. In put_in_order(): `at_head` of its holders have got all that comes before it.
    struct node {
        std::size_t message = 0; // of the database
        std::uint8_t qos = 0;
        bool is_retained = false;
        std::vector<import_plan::holder> holders;
        std::size_t at_head = 0;
    };
    struct message_fate {
        bool imported = false, subscription_identifier = false;
    };

    template <typename... Arguments>
    void remark(fmt::format_string<Arguments...> text, Arguments&&... arguments) {
        plan_.remarks.push_back(fmt::format(text, std::forward<Arguments>(arguments)...));
    }
    bool expired(std::size_t message) const {
        const auto time = db_.messages[message].expiry_time;
        return time > 0 && time < now_;
    }

    void describe_file();
    void choose_sessions();
    bool wanted(const mosquitto_db::client& c);
    void add_subscriptions(const mosquitto_db::client& c, import_plan::session& to);

    std::size_t add_node(std::size_t message, std::uint8_t qos);
    std::size_t node_for(std::size_t message, std::uint8_t qos);
    void hold(std::size_t node, import_plan::holder h);
    void queue_outbound(std::size_t s);
    void route_inbound(std::size_t s);
    std::uint8_t granted(const import_plan::session& s, std::string_view topic) const;
    void find_retained();
    void choose_retained();

    void put_in_order();
    void arrive(std::size_t s);
    void advance(std::size_t s);
    void emit(std::size_t node);
    void split(std::size_t s);
    void store(const node& n, bool is_retained, std::vector<import_plan::holder> holders);
    void count_losses();

    const mosquitto_db& db_;
    const stored_names& existing_;
    const std::int64_t now_;
    import_plan plan_;
    std::vector<const mosquitto_db::client*> clients_; // of the plan's sessions
    std::vector<std::vector<std::size_t>> queues_;     // of the plan's sessions: nodes
    std::vector<std::size_t> heads_;                   // the first of each queue that is not stored yet
    std::vector<node> nodes_;
    std::deque<std::size_t> ready_;                    // nodes to be stored next
    std::vector<std::array<std::size_t, 3>> shared_;   // by message and QoS: the node that all sessions share
    std::map<std::string_view, std::size_t> retained_; // by topic: nodes
    std::vector<message_fate> fate_;                   // of the messages
};

void planner::describe_file() {
    if (!db_.written_at_stop)
        remark("the file was written while mosquitto was running: what it heard later is not in it");
    if (db_.user_names_wrong)
        remark(
            "mosquitto 2.0 has written wrong user names into the file: no session gets one until its client connects");
    for (const auto& [client_id, filter] : db_.lost_subscriptions)
        remark("client \"{}\", filter \"{}\": the file has no session of this client; left out", client_id, filter);
    plan_.count.subscriptions_left_out += db_.lost_subscriptions.size();
    plan_.count.unwanted = db_.unwanted_messages;
}

// --- sessions

void planner::choose_sessions() {
    for (const auto& c : db_.clients) {
        if (!wanted(c)) continue;
        if (c.session_expiry_interval != mosquitto_db::never_expires) ++plan_.count.session_expiries;
        auto& s = plan_.sessions.emplace_back();
        s.client_id = c.client_id;
        s.user_name = c.user_name;
        add_subscriptions(c, s);
        clients_.push_back(&c);
    }
    queues_.resize(clients_.size());
}

bool planner::wanted(const mosquitto_db::client& c) {
    if (c.session_expiry_interval == 0) {
        remark("client \"{}\": its session ends with its connection, or is a bridge's; left out", c.client_id);
        ++plan_.count.ended_sessions;
        return false;
    }
    if (c.session_expiry_time > 0 && c.session_expiry_time < now_) {
        ++plan_.count.ended_sessions;
        return false;
    }
    if (existing_.client_ids.contains(std::string(c.client_id))) {
        remark("client \"{}\": the store has a session of it already; skipped", c.client_id);
        ++plan_.count.skipped_sessions;
        return false;
    }
    return true;
}

void planner::add_subscriptions(const mosquitto_db::client& c, import_plan::session& to) {
    std::map<std::string_view, std::uint8_t> filters;
    for (const auto& s : c.subscriptions) {
        if (s.filter.starts_with("$share/")) {
            remark("client \"{}\", filter \"{}\": shared subscriptions are not known here; left out", c.client_id,
                   s.filter);
            ++plan_.count.subscriptions_left_out;
            continue;
        }
        std::vector<std::string_view> lost;
        if ((s.options & no_local) != 0) lost.emplace_back("no local");
        if ((s.options & retain_as_published) != 0) lost.emplace_back("retain as published");
        if (s.identifier != 0) lost.emplace_back("the subscription identifier");
        if (!lost.empty())
            remark("client \"{}\", filter \"{}\": kept without {}", c.client_id, s.filter, fmt::join(lost, ", "));
        filters.insert_or_assign(s.filter, s.qos);
    }
    to.subscriptions.assign(filters.begin(), filters.end());
    plan_.count.subscriptions += filters.size();
}

// --- messages

std::size_t planner::add_node(std::size_t message, std::uint8_t qos) {
    nodes_.push_back({message, qos, false, {}, 0});
    return nodes_.size() - 1;
}

std::size_t planner::node_for(std::size_t message, std::uint8_t qos) {
    auto& node = shared_[message][qos];
    if (node == none) node = add_node(message, qos);
    return node;
}

void planner::hold(std::size_t node, import_plan::holder h) {
    queues_[h.session].push_back(node);
    fate_[nodes_[node].message].imported = true;
    nodes_[node].holders.push_back(h);
    ++plan_.count.queued;
}

void planner::queue_outbound(std::size_t s) {
    for (const auto& m : clients_[s]->outbound) {
        if (m.qos == 0) { // a queue on disk has none
            ++plan_.count.qos0_messages;
            continue;
        }
        // What was sent once is finished: the client may hold its packet id.
        if (m.step == storage::step::queued && expired(m.message)) {
            ++plan_.count.expired_messages;
            continue;
        }
        // The store sends with the lower of the two.
        const auto qos = std::max(m.qos, db_.messages[m.message].qos);
        auto node = node_for(m.message, qos);
        const auto& holders = nodes_[node].holders;
        if (!holders.empty() && holders.back().session == s) node = add_node(m.message, qos); // a second time
        hold(node, {s, m.qos, m.as_retained, m.step, m.packet_id});
        if (m.has_properties) fate_[m.message].subscription_identifier = true;
    }
}

// mosquitto gives such a message to its subscribers when PUBREL comes, nightjar at PUBLISH: so PUBREL finds nothing to
// do here but the packet id.
void planner::route_inbound(std::size_t s) {
    constexpr std::uint8_t exactly_once = 2;
    for (const auto& m : clients_[s]->inbound) {
        plan_.sessions[s].inbound.push_back(m.packet_id);
        if (expired(m.message)) {
            ++plan_.count.expired_messages;
            continue;
        }
        const auto& message = db_.messages[m.message];
        const auto node = add_node(m.message, exactly_once);
        for (std::size_t to = 0; to < plan_.sessions.size(); ++to)
            if (const auto qos = granted(plan_.sessions[to], message.topic); qos > 0)
                hold(node, {to, qos, false, storage::step::queued, 0});
        if (!message.retain) continue;
        if (message.payload.empty()) {
            retained_.erase(message.topic);
        } else {
            retained_.insert_or_assign(message.topic, node);
        }
    }
}

// The highest QoS of all subscriptions that match; 0 is nothing to a client that is away.
std::uint8_t planner::granted(const import_plan::session& s, std::string_view topic) const {
    std::uint8_t highest = 0;
    for (const auto& [filter, qos] : s.subscriptions)
        if (qos > highest && codec::topic_matches(filter, topic)) highest = qos;
    return highest;
}

void planner::find_retained() {
    for (const auto m : db_.retained) {
        const auto& message = db_.messages[m];
        if (expired(m)) {
            ++plan_.count.expired_messages;
        } else if (!message.payload.empty()) {
            retained_.insert_or_assign(message.topic, node_for(m, message.qos));
        }
    }
}

void planner::choose_retained() {
    for (const auto& [topic, node] : retained_) {
        if (existing_.retained_topics.contains(std::string(topic))) {
            remark("topic \"{}\": the store has a retained message of it already; skipped", topic);
            ++plan_.count.skipped_retained;
            continue;
        }
        nodes_[node].is_retained = true;
        fate_[nodes_[node].message].imported = true;
        ++plan_.count.retained;
    }
}

// --- order

// A node is stored when it is the next one of all its sessions. Where there is no such node two sessions have the same
// messages in different orders (QoS 2 is queued at PUBREL, retained ones at SUBSCRIBE): then one session gets its next
// message as an entry of its own.
void planner::put_in_order() {
    heads_.assign(queues_.size(), 0);
    for (std::size_t n = 0; n < nodes_.size(); ++n)
        if (nodes_[n].holders.empty() && nodes_[n].is_retained) ready_.push_back(n);
    for (std::size_t s = 0; s < queues_.size(); ++s) arrive(s);
    for (std::size_t s = 0;;) {
        for (; !ready_.empty(); ready_.pop_front()) emit(ready_.front());
        while (s < queues_.size() && heads_[s] == queues_[s].size()) ++s;
        if (s == queues_.size()) return;
        split(s);
    }
}

void planner::arrive(std::size_t s) {
    if (heads_[s] == queues_[s].size()) return;
    const auto n = queues_[s][heads_[s]];
    if (++nodes_[n].at_head == nodes_[n].holders.size()) ready_.push_back(n);
}

void planner::advance(std::size_t s) {
    ++heads_[s];
    arrive(s);
}

void planner::emit(std::size_t node) {
    const auto holders = std::move(nodes_[node].holders);
    store(nodes_[node], nodes_[node].is_retained, holders);
    for (const auto& h : holders) advance(h.session);
}

void planner::split(std::size_t s) {
    const auto number = queues_[s][heads_[s]];
    auto& n = nodes_[number];
    const auto mine =
        std::find_if(n.holders.begin(), n.holders.end(), [s](const auto& holder) { return holder.session == s; });
    store(n, false, {*mine});
    n.holders.erase(mine);
    if (--n.at_head == n.holders.size()) ready_.push_back(number); // there are others, or it would have been stored
    advance(s);
}

void planner::store(const node& n, bool is_retained, std::vector<import_plan::holder> holders) {
    const auto& message = db_.messages[n.message];
    plan_.messages.push_back({message.topic, message.payload, n.qos, message.retain, is_retained, std::move(holders)});
}

void planner::count_losses() {
    for (std::size_t m = 0; m < fate_.size(); ++m) {
        if (!fate_[m].imported) continue;
        if (db_.messages[m].has_properties || fate_[m].subscription_identifier) ++plan_.count.properties;
        if (db_.messages[m].expiry_time > 0) ++plan_.count.message_expiries;
    }
}

} // namespace

import_plan plan_import(const mosquitto_db& from, const stored_names& existing, std::int64_t now) {
    return planner(from, existing, now).run();
}

} // namespace nightjar::ctl
