// SUBSCRIBE and UNSUBSCRIBE, MQTT-3.8 to 3.11, and the retained messages that a new subscription brings.
#include "broker/codec/decode.hpp"
#include "broker/codec/encode.hpp"
#include "broker/codec/topic.hpp"
#include "broker/session/session.hpp"

#include <algorithm>

namespace nightjar::session {

namespace {

// To take it for an ordinary filter would grant what never comes.
bool is_shared(codec::bytes filter) { return filter.starts_with("$share/"); }

} // namespace

void session::on_subscribe(std::uint8_t flags, codec::bytes body) {
    auto packet = codec::decode_subscribe(flags, body, version_);
    if (!packet) {
        if (packet.error() == codec::error::invalid_topic_filter)
            log_.information("Invalid subscription string from {}, disconnecting.", link_->address());
        return protocol_error(packet.error());
    }
    std::vector<std::uint8_t> codes;
    auto requests = packet->filters;
    while (const auto request = requests.next()) {
        const auto filter = full(request->filter);
        const auto qos = std::min(request->qos, max_qos_);
        if (log_.enabled(log::level::debug)) log_.debug("\t{} (QoS {})", filter, static_cast<int>(request->qos));
        const bool shared = is_shared(request->filter);
        if (shared) log_.warning("Warning: {} asks for {}: shared subscriptions are refused.", client_id_, filter);
        const bool valid = !shared && (!mount_ || codec::check_topic_filter(filter)); // "tenant" and "#": "tenant#"
        if (!valid || !broker_.may_subscribe(*this, filter, qos)) {
            trace_message("subscription refused", filter, qos, valid ? "rights" : shared ? "shared" : "mount_point");
            codes.push_back(codec::suback_failure);
            continue;
        }
        broker_.subscribe(*this, filter, qos); // replaces an identical one [MQTT-3.8.4-3]
        const auto place = std::lower_bound(filters_.begin(), filters_.end(), filter);
        if (place == filters_.end() || *place != filter) filters_.insert(place, std::string(filter));
        if (durable_) note(storage::put_subscription{number(), std::string(filter), static_cast<std::uint8_t>(qos)});
        log_.write(log::level::subscribe, {{"client", client_id_}, {"topic", filter}, {"qos", static_cast<int>(qos)}},
                   "{} {} {}", client_id_, static_cast<int>(qos), filter);
        codes.push_back(static_cast<std::uint8_t>(qos));
    }
    acknowledge({codec::packet_type::suback, packet->packet_id, false, codes}, durable_ ? disk_.last_ticket() : 0);
    auto code = codes.begin();
    requests = packet->filters;
    while (const auto request = requests.next())
        if (const auto granted = *code++; granted != codec::suback_failure)
            queue_retained(full(request->filter), static_cast<codec::qos>(granted));
    pump();
}

// Few are queued at once; so are all that a durable session gets at QoS 1 and 2, for the SUBACK promises them.
void session::queue_retained(codec::bytes filter, codec::qos granted) {
    constexpr std::size_t few = 1000; // levels of topics
    end_search(filter);
    const bool promised = durable_ && granted != codec::qos::at_most_once;
    std::vector<topics::message_ptr> found;
    if (!broker_.match_retained(filter, found, promised ? SIZE_MAX : few)) return search_retained(filter, granted);
    for (auto& m : found) { // [MQTT-3.3.1-6]
        if (!broker_.may_read(*this, m->topic())) continue;
        const auto qos = std::min(m->qos(), granted);
        if (durable_ && qos != codec::qos::at_most_once) m = keep_retained(*m, qos);
        enqueue(std::move(m), qos, true);
    }
}

// Of many, each piece is looked for when the one before is written. What is published meanwhile waits behind them, and
// is not sent twice if it is what is found.
void session::search_retained(codec::bytes filter, codec::qos granted) {
    auto& out = outbound();
    out.searches.push_back({std::string(filter), granted, 0});
    for (const auto& q : out.queue)
        if (!q.retained && q.message->retain()) out.coming_live.insert(q.message);
}

void session::search_on() {
    auto& out = *outbound_;
    auto& search = out.searches.front();
    std::vector<topics::message_ptr> found;
    search.next = broker_.next_retained(search.filter, search.next, found);
    for (auto m = found.rbegin(); m != found.rend(); ++m) {
        if (out.coming_live.contains(*m) || !broker_.may_read(*this, (*m)->topic())) continue;
        const auto qos = std::min((*m)->qos(), search.granted);
        out.queue.push_front({std::move(*m), qos, true});
        out.note_queued(out.queue.front());
    }
    if (search.next == 0) end_search(std::string(search.filter));
}

void session::end_search(codec::bytes filter) {
    if (outbound_) outbound_->end_searches([&](const auto& search) { return search.filter == filter; });
}

void session::on_unsubscribe(std::uint8_t flags, codec::bytes body) {
    auto packet = codec::decode_unsubscribe(flags, body, version_);
    if (!packet) return protocol_error(packet.error());
    while (const auto request = packet->filters.next()) {
        const auto filter = full(request->filter);
        log_.debug("\t{}", filter);
        log_.write(log::level::unsubscribe, {{"client", client_id_}, {"topic", filter}}, "{} {}", client_id_, filter);
        const auto place = std::lower_bound(filters_.begin(), filters_.end(), filter);
        if (place == filters_.end() || *place != filter) continue;
        broker_.unsubscribe(*this, filter);
        end_search(filter);
        if (durable_) note(storage::remove_subscription{number(), *place});
        filters_.erase(place);
    }
    acknowledge({codec::packet_type::unsuback, packet->packet_id},
                durable_ ? disk_.last_ticket() : 0); // [MQTT-3.10.4-5]
}

} // namespace nightjar::session
