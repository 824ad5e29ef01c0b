// A worker's loop: its turns, its clock, its commits, its beginning and end. Routing has its own file.
#include "broker/worker/worker.hpp"

#include "broker/net/tcp_transport.hpp"
#include "broker/net/tls_transport.hpp"
#include "broker/net/websocket_transport.hpp"
#include "broker/worker/heap.hpp"
#include "broker/worker/short_slices.hpp"

#include <pthread.h>

#include <algorithm>
#include <cstdlib>

#include <sched.h>

#include <boost/asio/post.hpp>
#include <fmt/format.h>

namespace nightjar::worker {

namespace {
// Handlers run between two end_turn()s: enough to fill a write, short enough that nobody waits long behind a flood.
constexpr auto longest_turn = std::chrono::microseconds{300}, longest_beside_floods = std::chrono::microseconds{60};
constexpr auto slept = std::chrono::microseconds{50}; // a wait that long gave the processor to others
constexpr auto one_second = std::chrono::seconds{1};
constexpr std::uint32_t expiry_pause = 60; // seconds
constexpr std::int64_t small_step = 60;    // of the wall clock, in seconds: not worth a word
} // namespace

worker::worker(common& all, unsigned index)
    : session::router(all.traces), common_(all), index_(index),
      read_buffer_(std::make_unique_for_overwrite<char[]>(read_buffer_size)),
      started_(std::chrono::steady_clock::now()) {}

worker::~worker() { join(); }

void worker::start() {
    parcels_.resize(common_.workers.size());
    thread_ = std::jthread([this] { run(); });
}

void worker::join() {
    if (thread_.joinable()) thread_.join();
}

void worker::run() {
    pthread_setname_np(pthread_self(), fmt::format("nj-worker-{}", index_).c_str());
    take_short_slices();
    common_.plugins.start(*this);
    ask_what_plugins_want();
    publish_restored_wills();
    wall_ahead_ = wall_ahead();
    schedule_tick();
    end_turn();
    const bool alone = common_.workers.size() == 1;
    auto awake_since = std::chrono::steady_clock::now(), ended = awake_since;
    while (!stopped_) {
        if (!alone && !mailbox_.fall_asleep()) {
            collect_mail();
        } else if (context_.run_one() == 0) {
            break;
        }
        mailbox_.awake();
        const auto began = std::chrono::steady_clock::now();
        if (began - ended > slept) awake_since = began;
        const auto enough = [this] { return much_beside_others() ? longest_beside_floods : longest_turn; };
        while (std::chrono::steady_clock::now() - began < enough() && context_.poll_one() != 0) {}
        end_turn();
        ended = std::chrono::steady_clock::now();
        if (ended - awake_since > longest_turn) { // to who may wait for this core: the scheduler looks every 4 ms
            ::sched_yield();
            awake_since = ended;
        }
    }
}

bool worker::much_beside_others() const {
    return poller_.beside_others() && (poller_.flooded() || !called_again_.empty());
}

void worker::read_clocks() const {
    clocks_read_ = true;
    const auto steady = std::chrono::steady_clock::now() - started_;
    now_steady_ms_ = std::chrono::duration_cast<std::chrono::milliseconds>(steady).count();
    now_seconds_ = static_cast<std::uint32_t>(now_steady_ms_ / 1000);
    const auto wall = std::chrono::system_clock::now().time_since_epoch();
    now_us_ = std::chrono::duration_cast<std::chrono::microseconds>(wall).count();
}

void worker::end_turn() {
    do { // closing may publish wills, publishing and flushing may close
        close_connections();
        publish_own();
        flush_connections();
    } while (!closing_.empty() || !own_.empty() || !dirty_.empty());
    submit_batches(batch_queue::haste::may_wait);
    send_parcels(); // after the batch: what the others note on its messages has to come behind it
    send_leaving();
    graveyard_.clear();
    clocks_read_ = false;
    if (stopping_ && connections_.empty()) wind_up();
}

void worker::close_connections() {
    while (!closing_.empty()) {
        connection* c = closing_.back();
        closing_.pop_back();
        c->shut_down();
        std::erase(dirty_, c);
        std::erase(called_again_, c);
        const auto place = connections_.find(c);
        graveyard_.push_back(std::move(place->second));
        connections_.erase(place);
        counters_.connections_open.subtract();
    }
}

void worker::flush_connections() {
    for (std::size_t i = 0; i < dirty_.size(); ++i) dirty_[i]->flush();
    dirty_.clear();
}

void worker::call_again(connection& c) {
    called_again_.push_back(&c);
    asio::post(context_, [this] {
        if (called_again_.empty()) return; // it has been closed
        auto* next = called_again_.front();
        called_again_.pop_front();
        next->go_on();
    });
}

void worker::send_leaving() {
    for (auto& [to, what] : leaving_) common_.workers[to]->adopt(std::move(what));
    leaving_.clear();
}

void worker::adopt(incoming from) {
    asio::post(context_, [this, from = std::move(from)]() mutable { take(std::move(from)); });
}

void worker::adopt(net::arrival who, listener_state& listener, net::tls_session_ptr tls,
                   std::unique_ptr<net::upgrade_request> upgrade) {
    asio::post(context_,
               [this, who = std::move(who), &listener, tls = std::move(tls), upgrade = std::move(upgrade)]() mutable {
                   net::transport_ptr transport;
                   if (upgrade) {
                       auto own = net::make_stream_socket(context_, std::move(who.socket));
                       transport = new net::websocket_transport(net::secure_socket(std::move(own), std::move(tls)),
                                                                std::move(*upgrade));
                   } else if (tls) {
                       transport = new net::tls_transport(std::move(who.socket), std::move(tls));
                   } else {
                       transport = new net::tcp_transport(std::move(who.socket));
                   }
                   counters_.connections_accepted.add();
                   take({std::move(transport), who.peer, &listener, {}, std::move(who.vouched)});
               });
}

void worker::take(incoming from) {
    if (stopping_) return;
    from.transport->attach(home());
    auto read_ahead = std::move(from.read_ahead);
    auto made = std::make_unique<connection>(*this, std::move(from));
    connection& c = *made;
    connections_.emplace(&c, std::move(made));
    counters_.connections_open.add();
    c.start(std::move(read_ahead));
}

session::session* worker::make_session(std::string client_id) {
    const topics::subscriber_id id{(std::uint64_t{index_} << 48) | common_.store.next_session()};
    auto made = std::make_unique<session::session>(id, std::move(client_id), common_.limits, *this, *this, common_.log);
    if (!common_.directory.add(made->client_id(), {index_, made.get()})) return nullptr;
    counters_.sessions.add();
    in_order_.insert(*made);
    return sessions_.emplace(id.value, std::move(made)).first->second.get();
}

// Workers count by themselves: two that make the last one at the same moment both may.
bool worker::no_more_sessions() const {
    if (common_.conf.global_max_clients < 0) return false;
    std::uint64_t all = 0;
    for (const auto* w : common_.workers) all += w->counted().sessions.get();
    return all >= static_cast<std::uint64_t>(common_.conf.global_max_clients);
}

void worker::end_session(session::session& s) {
    if (tracer().on()) trace_session_end(s);
    s.end();
    waiting_.erase(&s);
    common_.directory.remove(s.client_id());
    counters_.sessions.subtract();
    sessions_.erase(s.id().value);
}

void worker::restore(storage::restored_session&& from) {
    const topics::subscriber_id id{(std::uint64_t{index_} << 48) | from.record.number};
    auto made = std::make_unique<session::session>(id, std::move(from.record.client_id), common_.limits, *this, *this,
                                                   common_.log);
    if (!common_.directory.add(made->client_id(), {index_, made.get()})) return; // cannot be: ids are unique
    for (const auto& [filter, qos] : from.subscriptions)
        common_.subscriptions.subscribe(filter, {id, static_cast<codec::qos>(qos), true});
    if (from.record.will)
        restored_wills_.push_back({made.get(), static_cast<const topics::message*>(from.record.will.get())});
    made->restore(std::move(from), now());
    counters_.sessions.add();
    in_order_.insert(*made);
    sessions_.emplace(id.value, std::move(made));
}

// Their clients were connected when the last process ended, and are not now [MQTT-3.1.2-8].
void worker::publish_restored_wills() {
    for (const auto& [from, message] : restored_wills_) {
        publish_will(*from, message);
        from->note_absence(now());
    }
    restored_wills_ = {};
}

// --- the disk

void worker::keep(const topics::message_ptr& m, const storage::recipient_list& recipients, bool retained) {
    if (m->place().id == 0) m->place().id = common_.store.next_message();
    batches_.open().add(m, m->footprint(), recipients, retained);
}

// What this turn wants kept takes its place in the queue; what has waited long enough goes to the store.
void worker::submit_batches(batch_queue::haste how) {
    if (batches_.idle()) {
        if (std::exchange(probe_store_, false)) submit(batches_.next_ticket(), {});
        return;
    }
    const auto now = batch_queue::clock::now();
    batches_.end_turn(now);
    if (common_.conf.acknowledge_before_stored) committed_ = batches_.last_ticket();
    if (auto leaving = batches_.depart(now, how)) {
        for (auto& [number, batch] : leaving->batches) submit(number, std::move(batch));
        if (leaving->batches.empty()) settle(leaving->up_to);
    }
    if (batches_.idle() || departure_set_) return;
    departure_set_ = true;
    departure_.expires_at(batches_.next_departure());
    departure_.async_wait([this](const boost::system::error_code&) { departure_set_ = false; }); // then the turn ends
}

void worker::submit(session::ticket number, storage::write_batch batch) {
    submitted_ = number;
    common_.store.submit(*this, number, std::move(batch));
}

// Nothing is left of the batches up to `number`: they are stored when those before them are.
void worker::settle(session::ticket number) {
    if (submitted_ != reported_ || store_failed_) return submit(number, {});
    submitted_ = number;
    asio::post(context_, [this, number] { commit_done(number, {}); });
}

void worker::on_committed(std::uint64_t number, std::error_code error) noexcept {
    asio::post(context_, [this, number, error] { commit_done(number, error); });
}

void worker::commit_done(std::uint64_t number, std::error_code error) {
    reported_ = std::max(reported_, number);
    // A failed batch is owed: it is on disk when a later one is.
    auto& until = error ? failed_ : committed_;
    until = std::max(until, number);
    if (error && !store_failed_) // once: each line may itself be stored, for who follows log_dest topic
        common_.log.error("Error: the store cannot write: {}. Until it can, nothing is acknowledged that it would have "
                          "to store.",
                          error.message());
    if (store_failed_ && !error) common_.log.notice("The store can write again.");
    store_failed_ = static_cast<bool>(error);
    boost::unordered_flat_set<session::session*> waiting;
    waiting.swap(waiting_);
    for (auto* s : waiting) {
        if (error) s->on_commit_failed(number);
        s->on_committed();
    }
    const auto ready = std::stable_partition(promised_.begin(), promised_.end(),
                                             [number](const promised& p) { return p.after > number; });
    std::vector<promised> due(std::make_move_iterator(ready), std::make_move_iterator(promised_.end()));
    promised_.erase(ready, promised_.end());
    for (const auto& p : due) p.done(static_cast<bool>(error) && p.after == number);
}

// `done` is called when the open batch is on disk.
void worker::promise(std::function<void(bool storage_failed)> done) {
    if (common_.conf.acknowledge_before_stored) return done(false);
    promised_.push_back({batches_.open_ticket(), std::move(done)});
}

// --- REST

void worker::inject(topics::message_ptr m, injector who, std::function<void(inject_result)> done) {
    asio::post(context_, [this, m = std::move(m), who = std::move(who), done = std::move(done)]() mutable {
        inject_now(m, {"http-api", who.user_name, who.address, 0, false, false, who.realm}, std::move(done));
    });
}

void worker::inject_now(const topics::message_ptr& m, const plugin::client& who,
                        std::function<void(inject_result)> done) {
    inject_result result;
    session::delivery d(m, scratch_);
    counters_.publish_received.add();
    counters_.publish_bytes_received.add(m->payload().size());
    const auto routed = route(d, &who, nullptr, &result.ingest);
    result.error = routed.error;
    result.denied = routed.outcome == plugin::publish_outcome::denied;
    if (!routed.kept) return done(std::move(result));
    promise([result = std::move(result), done = std::move(done)](bool storage_failed) mutable {
        result.storage_failed = storage_failed;
        done(std::move(result));
    });
}

plugin::client worker::describe(const session::session& s) const {
    return {s.client_id(), s.user_name(), {}, 0, false, false, s.realm()};
}

plugin::connect_verdict worker::judge(connection& c, const plugin::client& who, const codec::connect& packet) {
    asked_ = {&c, [&c](plugin::connect_verdict verdict) { c.on_verdict(verdict); }};
    return common_.plugins.on_connect(*this, who, packet);
}

void worker::judge(const plugin::client& who, const std::optional<std::string>& password, const verdict_taker& done) {
    codec::connect packet;
    packet.client_id = who.client_id;
    if (!who.user_name.empty()) packet.user_name = who.user_name;
    if (password) packet.password = *password;
    asked_ = {nullptr, done};
    const auto verdict = common_.plugins.on_connect(*this, who, packet);
    if (verdict != plugin::connect_verdict::later) done(verdict);
}

std::function<void(plugin::connect_verdict)> worker::answer_later() {
    const auto question = ++last_question_;
    asked_.reloads = reloads_;
    questions_.emplace(question, std::exchange(asked_, {}));
    return [this, question](plugin::connect_verdict verdict) {
        asio::post(context_, [this, question, verdict] { answer(question, verdict); });
    };
}

void worker::answer(std::uint64_t question, plugin::connect_verdict verdict) {
    const auto asked = questions_.find(question);
    if (asked == questions_.end()) return; // the client has gone
    const auto q = std::move(asked->second);
    questions_.erase(asked);
    q.done(q.reloads != reloads_ ? plugin::connect_verdict::later : verdict);
}

void worker::ask_what_plugins_want() {
    access_judged_ = common_.plugins.judges_access();
    presence_watched_ = common_.plugins.watches_presence();
}

// Everything that was concluded from the old configuration is old: rights, who may be here at all.
void worker::reloaded() {
    ++reloads_;
    ask_what_plugins_want();
    topics_.clear();
    for (const auto& [c, owned] : connections_) c->reloaded();
    if (!access_judged_) return;
    for (const auto& [id, s] : sessions_) s->drop_forbidden();
}

void worker::forget(connection& c) {
    boost::unordered::erase_if(questions_, [&](const auto& asked) { return asked.second.from == &c; });
}

// --- time

void worker::file(connection& c) {
    auto& hook = static_cast<wheel_hook&>(c);
    if (hook.is_linked()) hook.unlink();
    wheel_.file(c, now_seconds(), c.deadline());
}

void worker::schedule_tick() {
    ticker_.expires_after(one_second);
    ticker_.async_wait([this](const boost::system::error_code& error) {
        if (error) return;
        tick();
        schedule_tick();
    });
}

void worker::tick() {
    wheel_.advance(now_seconds(), [](connection& c) { c.on_deadline(); });
    follow_wall_clock();
    try {
        common_.plugins.on_tick(*this);
    } catch (const std::exception& e) {
        counters_.plugin_errors.add();
        common_.log.error("Error: a plugin failed: {}", e.what());
    }
    if (common_.conf.persistent_client_expiration && now_seconds() >= next_expiry_) {
        next_expiry_ = now_seconds() + expiry_pause;
        expire_sessions();
    }
    if (index_ == 0) watch_memory();
    probe_store_ = store_failed_; // an empty batch tells us when the disk is back
}

// Who is away is on disk with a moment of the wall clock. When that is set, the moment moves with it.
void worker::follow_wall_clock() {
    const auto ahead = wall_ahead(), step = ahead - wall_ahead_;
    if (std::abs(step) < small_step) return;
    wall_ahead_ = ahead;
    if (index_ == 0) common_.log.notice("The clock was set {} by {} s.", step > 0 ? "forward" : "back", std::abs(step));
    for (const auto& [id, s] : sessions_)
        if (s->durable() && !s->connected()) s->note_absence(now());
}

// What is in use of the heap, not what the process keeps for later: the limit is left again when queues empty.
void worker::watch_memory() {
    const auto limit = common_.conf.memory_limit;
    if (limit == 0 && !memory_full()) return;
    const std::uint64_t used = heap_in_use();
    const bool full = limit != 0 && used > limit;
    if (common_.memory_full.exchange(full) == full) return;
    if (full) {
        common_.log.warning("Warning: memory_limit is reached: {} of {} bytes. Until there is less, new clients are "
                            "refused and nothing is queued or retained.",
                            used, limit);
    } else {
        common_.log.notice("Memory is below memory_limit again: {} bytes.", used);
    }
}

void worker::expire_sessions() {
    const auto longest = common_.conf.persistent_client_expiration->count();
    std::vector<session::session*> expired;
    for (const auto& [id, s] : sessions_)
        if (!s->connected() && now_seconds() - s->offline_since() > longest) expired.push_back(s.get());
    for (auto* s : expired) {
        common_.log.notice("Expiring client {} due to timeout.", s->client_id());
        counters_.sessions_expired.add();
        end_session(*s);
    }
}

// --- the end

std::future<void> worker::stop_plugins() {
    auto done = std::make_shared<std::promise<void>>();
    asio::post(context_, [this, done] {
        common_.plugins.stop(*this);
        publish_own();
        submit_batches(batch_queue::haste::none);
        send_parcels(); // before the others are told to close
        done->set_value();
    });
    return done->get_future();
}

void worker::stop() {
    asio::post(context_, [this] {
        collect_mail(); // what the others sent before, such as plugins' last words
        stopping_ = true;
        ticker_.cancel();
        for (const auto& [c, owned] : connections_) c->close(session::ending::broker_stops, "the broker stops");
    });
}

void worker::wind_up() {
    submit_batches(batch_queue::haste::none);
    stopped_ = true;
}

} // namespace nightjar::worker
