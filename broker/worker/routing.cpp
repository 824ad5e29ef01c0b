// The way of a PUBLISH inside a worker: topic cache, plugins, retained message, subscribers here, subscribers
// elsewhere.
#include "broker/worker/worker.hpp"

#include <bit>
#include <exception>

namespace nightjar::worker {

using plugin::drop_reason;

namespace {
// A worker that cannot keep up is sent no more QoS 0 than this; what is dropped is counted.
constexpr std::size_t mailbox_limit = std::size_t{64} << 20;

// Who publishes, with the address; `address` keeps it.
plugin::client traced_as(plugin::client who, const session::session* writer, std::string& address) {
    if (writer == nullptr) return who;
    address = writer->address();
    who.address = address;
    return who;
}

} // namespace

session::route_result worker::publish(session::session& from, const codec::publish& packet, codec::bytes frame) {
    session::delivery d(packet, frame, scratch_, &from);
    const auto who = describe(from);
    const auto result = route(d, &who, &from, nullptr);
    return {result.error, result.kept ? batches_.open_ticket() : 0, result.outcome == plugin::publish_outcome::stored,
            result.outcome == plugin::publish_outcome::denied};
}

void worker::publish_will(session::session& from, const topics::message_ptr& will) {
    session::delivery d(will, scratch_, &from);
    const auto who = describe(from);
    route(d, &who, &from, nullptr);
}

worker::routed worker::route(session::delivery& d, const plugin::client* who, session::session* writer,
                             plugin::ingest_report* report) {
    const auto& packet = d.packet();
    const auto found = topics_.find(packet.topic, common_.plugins);
    if (!found) return {found.error(), {}};
    topic_entry& entry = **found;
    auto outcome = plugin::publish_outcome::pass;
    const bool traced = who != nullptr && tracer().on();
    std::string address;
    if (who != nullptr) {
        const auto denied = refusal_of(entry, packet, *who, writer);
        if (!denied && !entry.plugins.empty()) outcome = ask_plugins(entry, packet, *who, writer, report);
        const auto why = outcome == plugin::publish_outcome::denied ? drop_reason::denied : denied;
        const bool packet_came = writer != nullptr && writer->connected(); // a will comes when its client has gone
        if (packet_came && (traced || common_.log.enabled(log::level::debug)))
            writer->note_publish(packet, why.has_value());
        if (traced) trace_write(traced_as(*who, writer, address), entry, packet, why);
        if (why) return give_up(writer, *why);
    }
    // Retained first: who subscribes between this line and the next finds the message there.
    topics::message_ptr replaced;
    if (packet.retain) {
        // Its number first: another worker may replace it as soon as it is in the tree.
        if (keeps_sessions() && !entry.reserved) d.shared()->place().id = common_.store.next_message();
        const auto now = static_cast<std::uint32_t>(now_us() / 1'000'000);
        replaced = common_.retained.set(d.shared(), now, &entry.retained); // [MQTT-3.3.1-5]
    }
    const auto version = common_.subscriptions.version(entry.stripe);
    if (entry.rights != rights_ || entry.version != version) {
        refresh(entry, packet.topic);
        entry.version = version;
    }
    const bool durable = entry.durable && packet.qos != codec::qos::at_most_once;
    const bool kept = (durable || packet.retain) && keep_message(entry, d, replaced);
    if (traced) {
        trace_route(traced_as(*who, writer, address), entry, packet);
        trace_readers(entry);
    }
    deliver_local(entry, d);
    if (entry.other_workers != 0) deliver_elsewhere(entry, d);
    return {{}, outcome, kept || outcome == plugin::publish_outcome::stored};
}

// Why it may not be routed.
std::optional<plugin::drop_reason> worker::refusal_of(topic_entry& entry, const codec::publish& packet,
                                                      const plugin::client& who, const session::session* writer) {
    const auto limit = common_.conf.message_size_limit;
    if (entry.closed || !may_write(entry, who, writer)) return drop_reason::denied;
    if (limit != 0 && packet.payload.size() > limit) return drop_reason::too_large;
    return std::nullopt;
}

// Before it was routed to anybody. It counts for who sent it.
worker::routed worker::give_up(session::session* writer, plugin::drop_reason why) {
    if (writer != nullptr) {
        writer->count_drop(why);
    } else {
        counters_.dropped_for(why).add();
    }
    return {{}, plugin::publish_outcome::denied};
}

bool worker::ask_access(const plugin::client& who, plugin::access what, codec::bytes topic) {
    return common_.plugins.on_access(*this, who, what, topic) != plugin::access_verdict::deny;
}

// A topic mostly has one publisher.
bool worker::may_write(topic_entry& entry, const plugin::client& who, const session::session* writer) {
    if (!access_judged_ || who.internal) return true;
    const auto number = writer != nullptr ? writer->id().value : 0;
    if (entry.writer == number && entry.writer_at == rights_ && number != 0) return entry.writer_may;
    entry.writer = number;
    entry.writer_at = rights_;
    return entry.writer_may = ask_access(who, plugin::access::write, entry.topic);
}

// To disk, for durable sessions and as the retained message. False: there is nothing to keep. The next process has
// figures of its own for `$SYS`: they are retained in memory only, but like any other message for who is to get them.
bool worker::keep_message(const topic_entry& entry, session::delivery& d, const topics::message_ptr& replaced) {
    if (!keeps_sessions()) return false;
    const auto& packet = d.packet();
    const bool retained = packet.retain && !packet.payload.empty() && !entry.reserved;
    const bool replaces = replaced && !entry.reserved;
    const auto recipients = packet.qos != codec::qos::at_most_once ? entry.durable : nullptr;
    if (replaces) batches_.open().note({replaced, storage::retained_holder, 0, storage::step::done});
    if (recipients || retained) keep(d.shared(), recipients, retained);
    return recipients || retained || replaces;
}

plugin::publish_outcome worker::ask_plugins(const topic_entry& entry, const codec::publish& packet,
                                            const plugin::client& who, const session::session* writer,
                                            plugin::ingest_report* report) {
    try {
        const bool repeated = writer != nullptr && writer->repeats();
        return plugin::chain::on_publish(entry.plugins, *this, packet, who, report, repeated);
    } catch (const std::exception& e) { // a faulty plugin must not end the broker
        counters_.plugin_errors.add();
        common_.log.error("Error: a plugin failed on a publish to {}: {}", packet.topic, e.what());
        return plugin::publish_outcome::pass;
    }
}

void worker::refresh(topic_entry& entry, codec::bytes topic) {
    found_.clear();
    common_.subscriptions.match(topic, found_);
    entry.local.clear();
    entry.forbidden.clear();
    entry.other_workers = 0;
    std::vector<storage::recipient> durable;
    for (const auto& s : found_) {
        const auto mine = s.id.worker() == index_ ? sessions_.find(s.id.value) : sessions_.end();
        if (mine != sessions_.end() && !may_read(*mine->second, topic)) { // others are asked by their worker
            entry.forbidden.push_back(mine->second.get());
            continue;
        }
        if (s.durable && s.qos != codec::qos::at_most_once)
            durable.push_back({s.id.value, static_cast<std::uint8_t>(s.qos), false});
        if (s.id.worker() != index_) {
            entry.other_workers |= std::uint64_t{1} << s.id.worker();
        } else if (mine != sessions_.end()) {
            entry.local.push_back({mine->second.get(), s.qos, s.durable});
        }
    }
    entry.durable = durable.empty() ? nullptr : std::make_shared<const decltype(durable)>(std::move(durable));
    entry.local.shrink_to_fit();
    entry.rights = rights_;
}

void worker::deliver_local(topic_entry& entry, session::delivery& d) {
    for (const auto& target : entry.local) target.session->deliver(d, target.granted);
    count_forbidden(entry);
}

void worker::count_forbidden(const topic_entry& entry) {
    for (auto* s : entry.forbidden) s->count_drop(drop_reason::denied);
}

void worker::deliver_elsewhere(const topic_entry& entry, session::delivery& d) {
    const auto& packet = d.packet();
    const bool small = packet.qos == codec::qos::at_most_once && !d.large();
    for (auto rest = entry.other_workers; rest != 0; rest &= rest - 1) {
        const auto to = static_cast<unsigned>(std::countr_zero(rest));
        if (packet.qos == codec::qos::at_most_once &&
            common_.workers[to]->mail().waiting() + parcels_[to].size() > mailbox_limit) {
            counters_.dropped_for(drop_reason::mailbox_full).add();
        } else if (small) {
            parcels_[to].add(packet);
        } else {
            // Its subscriber must not hear of it before it is on disk: QoS 2 comes once.
            if (entry.durable && packet.qos == codec::qos::exactly_once) batches_.hurry();
            parcels_[to].add(d.shared(), packet.qos != codec::qos::at_most_once ? entry.durable : nullptr);
        }
    }
}

void worker::send_parcels() {
    for (unsigned to = 0; to < parcels_.size(); ++to)
        if (!parcels_[to].empty() && common_.workers[to]->mail().deliver(parcels_[to])) common_.workers[to]->wake();
}

void worker::collect_mail() {
    mailbox_.collect(collected_);
    for (const auto& p : collected_) {
        poller_.has_come(p.size());
        p.for_each(
            [&](const codec::publish& packet) {
                session::delivery d(packet, {}, scratch_);
                deliver_from_elsewhere(d, nullptr);
            },
            [&](const topics::message_ptr& m, const storage::recipient_list& durable) {
                session::delivery d(m, scratch_);
                deliver_from_elsewhere(d, durable);
            });
    }
}

// `durable`: those of all workers for whom the message was stored, and nobody else, get it as durable sessions.
void worker::deliver_from_elsewhere(session::delivery& d, const storage::recipient_list& durable) {
    const auto found = topics_.find(d.packet().topic, common_.plugins);
    topic_entry& entry = **found; // its first worker has checked the name
    const auto version = common_.subscriptions.version(entry.stripe);
    if (entry.rights != rights_ || entry.version != version) {
        refresh(entry, d.packet().topic);
        entry.version = version;
    }
    if (tracer().on()) trace_readers(entry);
    const bool stored = d.packet().qos != codec::qos::at_most_once;
    for (const auto& target : entry.local)
        if (!stored || !target.durable || target.granted == codec::qos::at_most_once)
            target.session->deliver(d, target.granted);
    count_forbidden(entry);
    if (!durable) return;
    for (const auto& r : *durable) {
        const topics::subscriber_id id{r.owner};
        if (id.worker() != index_) continue;
        const auto mine = sessions_.find(id.value);
        if (mine != sessions_.end() && may_read(*mine->second, entry.topic)) {
            mine->second->deliver(d, static_cast<codec::qos>(r.qos));
        } else if (keeps_sessions()) { // it ended in the meantime, or may not read it
            batches_.open().note({d.shared(), r.number(), 0, storage::step::done});
        }
    }
}

void worker::publish(codec::bytes topic, codec::bytes payload, codec::qos qos, bool retain) {
    own_.push_back(topics::message::make(topic, payload, qos, retain));
}

void worker::publish_own() {
    for (std::size_t i = 0; i < own_.size(); ++i) {
        const auto m = own_[i];
        session::delivery d(m, scratch_);
        route(d, nullptr, nullptr, nullptr);
    }
    own_.clear();
}

bool worker::may_subscribe(session::session& who, codec::bytes filter, codec::qos qos) {
    return common_.plugins.on_subscribe(*this, describe(who), filter, qos) != plugin::access_verdict::deny;
}

void worker::subscribe(session::session& who, codec::bytes filter, codec::qos qos) {
    common_.subscriptions.subscribe(filter, {who.id(), qos, who.durable()});
}

void worker::unsubscribe(session::session& who, codec::bytes filter) {
    common_.subscriptions.unsubscribe(filter, who.id());
}

bool worker::match_retained(codec::bytes filter, std::vector<topics::message_ptr>& out, std::size_t most) const {
    return common_.retained.match(filter, out, most);
}

std::size_t worker::next_retained(codec::bytes filter, std::size_t from, std::vector<topics::message_ptr>& out) const {
    constexpr std::size_t looked_at_together = 256; // some 10 us, during which nobody sets one
    std::vector<topics::retained_tree::entry> seen;
    from = common_.retained.look_through(from, looked_at_together, seen);
    for (auto& e : seen)
        if (codec::topic_matches(filter, e.message->topic())) out.push_back(std::move(e.message));
    return from;
}

} // namespace nightjar::worker
