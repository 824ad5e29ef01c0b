// What the administrator asks of a worker's clients. Lists run through the sessions in their order, a piece at a time:
// between two pieces the loop does its other work, and sessions may come and go.
#include "broker/worker/worker.hpp"

#include <chrono>
#include <utility>

#include <boost/asio/post.hpp>

namespace nightjar::worker {

using plugin::list_position;

namespace {

using clock = std::chrono::steady_clock;
constexpr auto longest_piece = std::chrono::microseconds{150};
constexpr int looked_at_between_clocks = 16;             // sessions
constexpr std::size_t page_bytes = std::size_t{4} << 20; // of ids, names and filters, which clients choose
constexpr std::size_t filters_a_piece = 200;
constexpr std::size_t most_filters = 10'000; // in one answer
constexpr std::size_t topics_a_piece = 100;

list_position::place place_of(const session::session& s) {
    return {list_position::start_of(s.client_id()), s.id().value};
}

// Where ids that begin with `prefix` lie.
struct by_prefix {
    std::string_view prefix;
    std::string_view of(const session::session& s) const {
        return list_position::start_of(s.client_id()).substr(0, prefix.size());
    }
    bool operator()(const session::session& s, std::string_view key) const { return of(s) < key; }
    bool operator()(std::string_view key, const session::session& s) const { return key < of(s); }
};

} // namespace

bool worker::before::operator()(const session::session& a, const session::session& b) const {
    return place_of(a) < place_of(b);
}
bool worker::before::operator()(const session::session& a, const list_position& b) const {
    return place_of(a) < list_position::place(b);
}
bool worker::before::operator()(const list_position& a, const session::session& b) const {
    return list_position::place(a) < place_of(b);
}

// --- lists

struct worker::listing {
    plugin::client_query query;
    std::function<void(plugin::client_page)> done;
    plugin::client_page page = {};
    std::size_t bytes = 0;
};

void worker::list_clients(plugin::client_query query, std::function<void(plugin::client_page)> done) {
    auto l = std::make_shared<listing>(listing{std::move(query), std::move(done)});
    post([this, l = std::move(l)] { list_some(l); });
}

void worker::list_some(const std::shared_ptr<listing>& l) {
    auto& query = l->query;
    const auto prefix = list_position::start_of(query.prefix);
    const auto low = in_order_.lower_bound(prefix, by_prefix{prefix});
    const auto high = in_order_.upper_bound(prefix, by_prefix{prefix});
    // The last page, or piece, ended before, behind or among those with the prefix.
    const int place = query.after ? query.after->start.compare(0, prefix.size(), prefix) : (query.descending ? 1 : -1);
    const auto next = [&] {
        return query.descending ? in_order_.lower_bound(*query.after, before())
                                : in_order_.upper_bound(*query.after, before());
    };
    auto at = place < 0 ? low : place > 0 ? high : next();
    const auto end = query.descending ? low : high;
    const auto until = clock::now() + longest_piece;
    for (int looked_at = 1; at != end; ++looked_at) {
        const session::session& s = query.descending ? *--at : *at++;
        if (!take_row(*l, s)) {
            l->page.more = true;
            break;
        }
        if (looked_at % looked_at_between_clocks != 0 || at == end || clock::now() < until) continue;
        query.after = list_position{std::string(list_position::start_of(s.client_id())), s.id().value};
        return post([this, l] { list_some(l); });
    }
    l->done(std::move(l->page));
}

// False: the page is full.
bool worker::take_row(listing& l, const session::session& s) {
    const auto& q = l.query;
    if (q.connected && *q.connected != s.connected()) return true;
    if (q.user_name && *q.user_name != s.user_name()) return true;
    if (!s.client_id().starts_with(q.prefix) || s.client_id().find(q.search) == std::string::npos) return true;
    if (q.address && *q.address != address_of(s)) return true;
    if (l.page.rows.size() == q.limit || l.bytes > page_bytes) return false;
    l.bytes += s.client_id().size() + s.user_name().size();
    l.page.rows.push_back(record_of(s));
    return true;
}

std::string worker::address_of(const session::session& s) const {
    if (s.connected()) return static_cast<const connection*>(s.current_link())->address();
    const auto* past = s.past();
    return past != nullptr ? past->connection.address : std::string();
}

plugin::client_record worker::record_of(const session::session& s) const {
    plugin::client_record record;
    s.describe(record, now());
    if (s.connected()) static_cast<const connection*>(s.current_link())->describe(record);
    if (const auto& longest = common_.conf.persistent_client_expiration)
        record.expiry = static_cast<std::uint64_t>(longest->count());
    if (s.clean()) record.expiry = 0;
    return record;
}

// --- one client

session::session* worker::session_of(const plugin::client_key& key) const {
    if (key.session) {
        const auto found = sessions_.find(*key.session);
        return found != sessions_.end() ? found->second.get() : nullptr;
    }
    const auto known = common_.directory.find(key.client_id);
    return known && known->worker == index_ ? known->session : nullptr;
}

struct worker::showing {
    plugin::client_key key;
    std::function<void(std::optional<plugin::client_details>)> done;
    std::optional<plugin::client_details> answer = {};
    std::size_t bytes = 0;
};

void worker::show_client(plugin::client_key key, std::function<void(std::optional<plugin::client_details>)> done) {
    auto what = std::make_shared<showing>(showing{std::move(key), std::move(done)});
    post([this, what = std::move(what)] { show_some(what); });
}

// Its subscriptions in pieces; if it ends meanwhile, what was found so far is the answer.
void worker::show_some(const std::shared_ptr<showing>& what) {
    const auto* s = session_of(what->key);
    if (s == nullptr) return what->done(std::move(what->answer));
    if (!what->answer) what->answer = plugin::client_details{record_of(*s), {}};
    auto& known = what->answer->subscriptions;
    auto filters = s->filters_after(known.empty() ? std::string_view() : known.back().first, filters_a_piece);
    const bool more = filters.size() == filters_a_piece;
    for (auto& filter : filters) {
        const auto granted = common_.subscriptions.find(filter, s->id());
        what->bytes += filter.size();
        known.emplace_back(std::move(filter), granted ? granted->qos : codec::qos::at_most_once);
    }
    if (more && known.size() < most_filters && what->bytes < page_bytes) return post([this, what] { show_some(what); });
    what->done(std::move(what->answer));
}

void worker::kick_client(plugin::client_key key, bool discard, std::function<void(plugin::kick_result)> done) {
    post([this, key = std::move(key), discard, done = std::move(done)] {
        using plugin::kick_result;
        auto* s = session_of(key);
        if (s == nullptr) return done(kick_result::unknown);
        if (!s->connected() && !discard) return done(kick_result::not_connected);
        const bool off_the_disk = discard && s->durable();
        if (discard) s->discard();
        if (s->connected()) {
            static_cast<connection*>(s->current_link())->kick();
        } else {
            common_.log.notice("Session of client {} discarded by administrative action.", s->client_id());
            end_session(*s);
        }
        if (!off_the_disk) return done(kick_result::done);
        promise([done](bool failed) { done(failed ? kick_result::storage_failed : kick_result::done); });
    });
}

// --- rights

void worker::judge_topics(injector who, plugin::access what, std::vector<std::string> topics,
                          std::function<void(std::vector<bool>)> done) {
    struct judging {
        injector who;
        plugin::access what;
        std::vector<std::string> topics;
        std::function<void(std::vector<bool>)> done;
        std::vector<bool> verdicts = {};
    };
    auto j = std::make_shared<judging>(judging{std::move(who), what, std::move(topics), std::move(done)});
    const auto piece = [this, j](const auto& self) -> void {
        const plugin::client as{"http-api", j->who.user_name, j->who.address, 0, false, false, j->who.realm};
        for (std::size_t n = 0; n < topics_a_piece && j->verdicts.size() < j->topics.size(); ++n)
            j->verdicts.push_back(!access_judged_ || ask_access(as, j->what, j->topics[j->verdicts.size()]));
        if (j->verdicts.size() < j->topics.size()) return post([self] { self(self); });
        j->done(std::move(j->verdicts));
    };
    post([piece] { piece(piece); });
}

} // namespace nightjar::worker
