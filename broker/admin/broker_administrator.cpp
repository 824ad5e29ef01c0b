#include "broker/admin/broker_administrator.hpp"

#include "broker/codec/topic.hpp"

#include <algorithm>
#include <csignal>
#include <fstream>
#include <utility>

#include <unistd.h>

namespace nightjar::admin {

broker_administrator::broker_administrator(worker::common& broker, std::list<worker::listener_state>& listeners,
                                           std::string version)
    : broker_(broker), listeners_(listeners), version_(std::move(version)) {}

namespace {

publish_status status_of(const worker::inject_result& result) {
    if (result.error) return publish_status::invalid_topic;
    if (result.denied) return publish_status::denied;
    return result.storage_failed ? publish_status::storage_failed : publish_status::done;
}

// On `home`'s thread. A reload that comes while the password is looked at has changed who may enter: asked again.
void admit_on(worker::worker& home, const worker::common& broker, const visitor& who, const std::string& path,
              const std::function<void(admission)>& done) {
    const plugin::client as{"http-api", who.user_name, who.address, who.port, false, false, who.listener->realm};
    home.judge(as, who.password, [&home, &broker, who, path, done](plugin::connect_verdict verdict) {
        if (verdict == plugin::connect_verdict::later) return admit_on(home, broker, who, path, done);
        const auto& l = *who.listener;
        const bool open = l.allow_anonymous.value_or(broker.conf.allow_anonymous || broker.conf.local_only);
        if (verdict != plugin::connect_verdict::accept && (verdict != plugin::connect_verdict::pass || !open))
            return done(admission::wants_login);
        const plugin::client then{"http-api", who.user_name, who.address, 0, false, false, l.realm};
        done(home.may_read(then, path) ? admission::granted : admission::denied);
    });
}

// Of this process, without the files it has mapped (the store); 0 if the kernel does not say.
std::uint64_t resident_memory() {
    std::uint64_t whole = 0, resident = 0, shared = 0; // pages
    std::ifstream statm("/proc/self/statm");
    if (!(statm >> whole >> resident >> shared) || resident < shared) return 0;
    return (resident - shared) * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

} // namespace

void broker_administrator::publish(publish_request request, std::function<void(publish_result)> done) {
    if (stopping_) return done({publish_status::stopping, {}});
    if (!codec::check_topic_name(request.topic)) return done({publish_status::invalid_topic, {}});
    const auto limit = broker_.conf.max_packet_size;
    if (limit != 0 && request.topic.size() + request.payload.size() + 9 > limit)
        return done({publish_status::too_large, {}});
    auto m = topics::message::make(request.topic, request.payload, request.qos, request.retain);
    // One topic always takes the same worker, so that its publishes stay in order.
    auto& home = *broker_.workers[std::hash<std::string>()(request.topic) % broker_.workers.size()];
    home.inject(std::move(m), {std::move(request.user_name), std::move(request.address), request.realm},
                [done = std::move(done)](worker::inject_result result) {
                    const auto status = status_of(result);
                    done({status, std::move(result.ingest)});
                });
}

std::uint64_t broker_administrator::peak::see(std::uint64_t value) {
    auto known = value_.load();
    while (value > known && !value_.compare_exchange_weak(known, value)) {}
    return std::max(value, known);
}

void broker_administrator::add_workers(statistics& sum) const {
    for (const auto* w : broker_.workers) {
        const auto& c = w->counted();
        sum.clients_connected += c.clients_connected.get();
        sum.clients_total += c.sessions.get();
        sum.clients_expired += c.sessions_expired.get();
        sum.connections_accepted += c.connections_accepted.get();
        sum.connect_received += c.connect_received.get();
        sum.connects += c.connects.get();
        sum.messages_received += c.packets_received.get();
        sum.messages_sent += c.packets_sent.get();
        sum.bytes_received += c.bytes_received.get();
        sum.bytes_sent += c.bytes_sent.get();
        sum.publish_received += c.publish_received.get();
        sum.publish_sent += c.publish_sent.get();
        sum.publish_bytes_received += c.publish_bytes_received.get();
        sum.publish_bytes_sent += c.publish_bytes_sent.get();
        for (std::size_t i = 0; i < plugin::drop_reasons; ++i) sum.dropped.by_reason[i] += c.dropped[i].get();
        sum.plugin_errors += c.plugin_errors.get();
        sum.waiting += c.waiting.get();
        sum.waiting_bytes += c.waiting_bytes.get();
        sum.backlog_packets += c.backlog_packets.get();
        sum.backlog_bytes += c.backlog_bytes.get();
    }
}

void broker_administrator::add_listeners(statistics& sum) const {
    for (const auto& l : listeners_) {
        if (l.conf.protocol == config::listener_protocol::http_api) continue;
        const bool mqtt = l.conf.protocol == config::listener_protocol::mqtt;
        const auto open = std::max(l.open.load(std::memory_order_relaxed), 0);
        if (l.conf.closed && open == 0) continue; // by a reload
        sum.listeners.push_back({l.conf.unix_path.empty() ? l.conf.bind_address : l.conf.unix_path, l.conf.port,
                                 mqtt ? "mqtt" : "websockets", static_cast<std::uint64_t>(open)});
    }
}

void broker_administrator::admit(visitor who, std::string path, std::function<void(admission)> done) {
    if (stopping_) return done(admission::denied);
    auto& home = any_worker();
    home.post([&home, &broker = broker_, who = std::move(who), path = std::move(path), done = std::move(done)] {
        admit_on(home, broker, who, path, done);
    });
}

statistics broker_administrator::stats() const {
    statistics sum;
    sum.started = started_wall_;
    const auto up = std::chrono::steady_clock::now() - started_;
    sum.uptime = std::chrono::duration_cast<std::chrono::milliseconds>(up);
    add_workers(sum);
    add_listeners(sum);
    sum.log_lines_dropped = broker_.log_lines_dropped.load(std::memory_order_relaxed);
    sum.clients_maximum = clients_maximum_.see(sum.clients_total);
    sum.subscriptions = broker_.subscriptions.subscription_count();
    sum.retained = broker_.retained.size();
    sum.retained_bytes = broker_.retained.payload_bytes();
    const auto stored = broker_.store.stats();
    sum.store = {stored.commits, stored.failed_commits, stored.rows, stored.used_bytes, stored.map_bytes};
    {
        const std::scoped_lock lock(reloads_mutex_);
        sum.reload = {reloads_.last.successful, reloads_.last_success};
    }
    sum.memory_bytes = resident_memory();
    sum.memory_maximum = memory_maximum_.see(sum.memory_bytes);
    return sum;
}

std::vector<administrator::retained_message> broker_administrator::retained(std::string_view filter) const {
    std::vector<topics::message_ptr> found;
    broker_.retained.match(filter, found);
    std::vector<retained_message> result;
    result.reserve(found.size());
    for (const auto& m : found) result.push_back({std::string(m->topic()), std::string(m->payload())});
    return result;
}

// Main's thread takes the signal; one that comes during a reload asks for another.
void broker_administrator::reload(std::function<void(reload_outcome)> done) {
    {
        const std::scoped_lock lock(reloads_mutex_);
        reloads_.asked.push_back(std::move(done));
    }
    ::kill(::getpid(), SIGHUP);
}

reload_outcome broker_administrator::last_reload() const {
    const std::scoped_lock lock(reloads_mutex_);
    return reloads_.last;
}

void broker_administrator::begin_reload() {
    const std::scoped_lock lock(reloads_mutex_);
    reloads_.under_way = std::exchange(reloads_.asked, {});
}

void broker_administrator::end_reload(const reload_outcome& outcome) {
    std::vector<std::function<void(reload_outcome)>> waiting;
    {
        const std::scoped_lock lock(reloads_mutex_);
        if (outcome.successful) reloads_.last_success = outcome.when;
        reloads_.last = outcome;
        waiting.swap(reloads_.under_way);
    }
    for (const auto& done : waiting) done(outcome);
}

worker::listener_state* broker_administrator::state_of(const config::listener& listener) {
    const auto found = std::find_if(listeners_.begin(), listeners_.end(),
                                    [&](const worker::listener_state& s) { return &s.conf == &listener; });
    return found == listeners_.end() ? nullptr : &*found;
}

bool broker_administrator::full(const worker::listener_state& listener) const {
    const auto limit = listener.conf.max_connections;
    if (limit >= 0 && listener.open.load(std::memory_order_relaxed) >= limit) return true;
    const auto all = broker_.conf.global_max_connections;
    if (all < 0) return false;
    std::uint64_t open = 0;
    for (const auto* w : broker_.workers) open += w->counted().connections_open.get();
    return open >= static_cast<std::uint64_t>(all);
}

void broker_administrator::adopt(net::arrival who, const config::listener& listener, const net::tls_context_ptr& tls) {
    auto session = tls ? std::make_unique<net::tls_session>(*tls, who.socket.get()) : nullptr;
    adopt(std::move(who), listener, std::move(session), nullptr);
}

void broker_administrator::adopt(net::arrival who, const config::listener& listener, net::tls_session_ptr tls,
                                 std::unique_ptr<net::upgrade_request> upgrade) {
    auto* state = state_of(listener);
    if (state == nullptr || full(*state)) {
        broker_.log.notice("Client connection from {} denied: max_connections exceeded.", who.peer.text());
        return;
    }
    if (broker_.conf.log.connection_messages)
        broker_.log.notice("New connection from {} on {}.", who.peer.place(), listener.name());
    const auto turn = next_worker_.fetch_add(1, std::memory_order_relaxed);
    broker_.workers[turn % broker_.workers.size()]->adopt(std::move(who), *state, std::move(tls), std::move(upgrade));
}

void broker_administrator::adopt_websocket(net::secure_socket socket, upgrade_request request, std::string read_ahead,
                                           net::arrival who, const config::listener& listener) {
    // A client may not speak before it has our answer to the handshake (RFC 6455 section 4.1).
    if (!socket.socket().is_open() || !read_ahead.empty() || stopping_ || listener.closed) return;
    who.socket = socket.release();
    adopt(std::move(who), listener, socket.take_tls(), std::make_unique<net::upgrade_request>(std::move(request)));
}

std::optional<plugin::http_answer> broker_administrator::http(const plugin::http_request& request) {
    return broker_.plugins.on_http(request);
}

} // namespace nightjar::admin
