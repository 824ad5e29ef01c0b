#include "broker/admin/broker_administrator.hpp"

#include "broker/codec/topic.hpp"

#include <algorithm>

#include <sys/socket.h>

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
    home.inject(std::move(m), std::move(request.user_name), std::move(request.address),
                [done = std::move(done)](worker::inject_result result) {
                    const auto status = status_of(result);
                    done({status, std::move(result.ingest)});
                });
}

statistics broker_administrator::stats() const {
    statistics sum;
    for (const auto* w : broker_.workers) {
        const auto& c = w->counted();
        sum.clients_connected += c.clients_connected.get();
        sum.clients_total += c.sessions.get();
        sum.connections_accepted += c.connections_accepted.get();
        sum.connects += c.connects.get();
        sum.messages_received += c.packets_received.get();
        sum.messages_sent += c.packets_sent.get();
        sum.publish_received += c.publish_received.get();
        sum.publish_sent += c.publish_sent.get();
        sum.publish_dropped += c.dropped_output_full.get() + c.dropped_queue_full.get() + c.dropped_mailbox_full.get() +
                               c.dropped_offline.get() + c.denied.get();
        sum.bytes_received += c.bytes_received.get();
        sum.bytes_sent += c.bytes_sent.get();
    }
    auto maximum = clients_maximum_.load();
    while (sum.clients_connected > maximum && !clients_maximum_.compare_exchange_weak(maximum, sum.clients_connected)) {
    }
    sum.clients_maximum = clients_maximum_.load();
    sum.subscriptions = broker_.subscriptions.subscription_count();
    sum.retained = broker_.retained.size();
    const auto up = std::chrono::steady_clock::now() - started_;
    sum.uptime_seconds = static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(up).count());
    return sum;
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

void broker_administrator::adopt(net::descriptor socket, const net::peer_address& peer,
                                 const config::listener& listener, std::unique_ptr<net::upgrade_request> upgrade) {
    auto* state = state_of(listener);
    if (state == nullptr || full(*state)) {
        broker_.log.notice("Client connection from {} denied: max_connections exceeded.", peer.address.to_string());
        return;
    }
    if (broker_.conf.log.connection_messages)
        broker_.log.notice("New connection from {}:{} on port {}.", peer.address.to_string(), peer.port, listener.port);
    sockaddr_storage local{};
    socklen_t size = sizeof local;
    ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&local), &size);
    const auto turn = next_worker_.fetch_add(1, std::memory_order_relaxed);
    broker_.workers[turn % broker_.workers.size()]->adopt(std::move(socket), local.ss_family == AF_INET6, peer, *state,
                                                          std::move(upgrade));
}

void broker_administrator::adopt_websocket(boost::asio::ip::tcp::socket socket, upgrade_request request,
                                           std::string read_ahead, const config::listener& listener) {
    boost::system::error_code error;
    const auto remote = socket.remote_endpoint(error);
    // A client may not speak before it has our answer to the handshake (RFC 6455 section 4.1).
    if (error || !read_ahead.empty() || stopping_) return;
    net::descriptor fd(socket.release(error));
    adopt(std::move(fd), {remote.address(), remote.port()}, listener,
          std::make_unique<net::upgrade_request>(std::move(request)));
}

std::optional<plugin::http_answer> broker_administrator::http(const plugin::http_request& request) {
    return broker_.plugins.on_http(request);
}

} // namespace nightjar::admin
