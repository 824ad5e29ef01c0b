// What the administrator asks of retained messages. The tree belongs to all workers and has no order, so a list looks
// at each node, a few under one lock and a few of these in one piece, and keeps the first topics that it has seen.
#include "broker/worker/worker.hpp"

#include "broker/codec/topic.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <utility>

namespace nightjar::worker {

using plugin::list_position;

namespace {

using clock = std::chrono::steady_clock;
constexpr auto longest_piece = std::chrono::microseconds{150};
constexpr std::size_t nodes_under_a_lock = 256;
constexpr std::size_t forgotten_a_piece = 50;
constexpr std::size_t page_bytes = std::size_t{4} << 20; // of topics and payloads

list_position::place place_of(codec::bytes topic) {
    return {list_position::start_of(topic), std::hash<codec::bytes>()(topic)};
}

struct in_order {
    bool operator()(const topics::retained_tree::entry& a, const topics::retained_tree::entry& b) const {
        const auto x = a.message->topic(), y = b.message->topic();
        const auto starts = list_position::start_of(x).compare(list_position::start_of(y));
        return starts != 0 ? starts < 0 : place_of(x) < place_of(y); // hashes are needed for the longest only
    }
};

plugin::client visitor_of(const injector& who) {
    return {"http-api", who.user_name, who.address, 0, false, false, who.realm};
}

plugin::retained_row row_of(const topics::retained_tree::entry& e, std::size_t payload_limit) {
    const auto& m = *e.message;
    plugin::retained_row row{std::string(m.topic()),     std::string(m.payload().substr(0, payload_limit)),
                             m.payload().size(),         m.qos(),
                             place_of(m.topic()).second, {}};
    if (e.since != 0) row.retained_ms = std::int64_t{e.since} * 1000;
    return row;
}

} // namespace

struct worker::retained_search {
    injector who;
    plugin::access right;
    plugin::retained_query query;
    std::function<void(plugin::retained_page)> done;
    std::size_t node = 0;                                 // of the tree, where to go on
    std::vector<topics::retained_tree::entry> first = {}; // a heap, the last of them on top
    std::vector<topics::retained_tree::entry> seen = {};  // under one lock
    plugin::retained_page page = {};
};

void worker::find_retained(injector who, plugin::access right, plugin::retained_query query,
                           std::function<void(plugin::retained_page)> done) {
    auto search =
        std::make_shared<retained_search>(retained_search{std::move(who), right, std::move(query), std::move(done)});
    post([this, search = std::move(search)] { search_some(search); });
}

void worker::search_some(const std::shared_ptr<retained_search>& s) {
    if (s->query.filter.find_first_of("+#") == std::string::npos) {
        if (auto only = common_.retained.find(s->query.filter)) consider(*s, std::move(*only));
        return finish(*s);
    }
    const auto until = clock::now() + longest_piece;
    do {
        s->seen.clear();
        s->node = common_.retained.look_through(s->node, nodes_under_a_lock, s->seen);
        for (auto& e : s->seen) consider(*s, std::move(e));
        if (s->node == 0) return finish(*s);
    } while (clock::now() < until);
    post([this, s] { search_some(s); });
}

void worker::consider(retained_search& s, topics::retained_tree::entry e) {
    const auto topic = e.message->topic();
    const auto& q = s.query;
    if (!codec::topic_matches(q.filter, topic) || topic.find(q.search) == codec::bytes::npos) return;
    if (access_judged_ && !ask_access(visitor_of(s.who), s.right, topic)) {
        ++s.page.forbidden;
        return;
    }
    ++s.page.total;
    if (q.after && !(list_position::place(*q.after) < place_of(topic))) return;
    if (s.first.size() == q.limit) {
        s.page.more = true;
        if (!in_order()(e, s.first.front())) return;
        std::pop_heap(s.first.begin(), s.first.end(), in_order());
        s.first.pop_back();
    }
    s.first.push_back(std::move(e));
    std::push_heap(s.first.begin(), s.first.end(), in_order());
}

void worker::finish(retained_search& s) {
    std::sort_heap(s.first.begin(), s.first.end(), in_order());
    std::size_t bytes = 0;
    for (const auto& e : s.first) {
        if (bytes > page_bytes) {
            s.page.more = true;
            break;
        }
        s.page.rows.push_back(row_of(e, s.query.payload_limit));
        bytes += s.page.rows.back().topic.size() + s.page.rows.back().payload.size();
    }
    s.done(std::move(s.page));
}

// --- deleting

struct worker::forgetting {
    injector who;
    std::vector<std::string> topics;
    std::function<void(plugin::forget_result)> done;
    std::size_t next = 0;
    plugin::forget_result result = {};
};

void worker::forget_retained(injector who, std::vector<std::string> topics,
                             std::function<void(plugin::forget_result)> done) {
    auto f = std::make_shared<forgetting>(forgetting{std::move(who), std::move(topics), std::move(done)});
    post([this, f = std::move(f)] { forget_some(f); });
}

// As if a client had sent an empty retained message [MQTT-3.3.1-10], but no plugin takes it for a value. Live
// subscribers hear of it; at QoS 0, so that it takes no room in the queues of those who are away.
void worker::forget_some(const std::shared_ptr<forgetting>& f) {
    bool stored = false;
    for (std::size_t n = 0; n < forgotten_a_piece && f->next < f->topics.size(); ++n) {
        const auto& topic = f->topics[f->next++];
        const auto found = topics_.find(topic, common_.plugins);
        if (!found || (*found)->closed || !may_write(**found, visitor_of(f->who), nullptr)) {
            ++f->result.forbidden;
        } else if (!common_.retained.find(topic)) {
            ++f->result.missing;
        } else {
            session::delivery d(topics::message::make(topic, {}, codec::qos::at_most_once, true), scratch_);
            stored = route(d, nullptr, nullptr, nullptr).kept || stored;
            ++f->result.forgotten;
        }
    }
    const auto go_on = [this, f](bool failed) {
        f->result.storage_failed = f->result.storage_failed || failed;
        if (f->next < f->topics.size()) return post([this, f] { forget_some(f); });
        f->done(f->result);
    };
    if (!stored) return go_on(false);
    promise(go_on);
}

} // namespace nightjar::worker
