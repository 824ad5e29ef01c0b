// The way of a PUBLISH inside a worker: topic cache, plugins, retained message, subscribers here, subscribers
// elsewhere.
#include "broker/worker/worker.hpp"

#include <bit>
#include <exception>

namespace nightjar::worker {

namespace {
// A worker that cannot keep up is sent no more QoS 0 than this; what is dropped is counted.
constexpr std::size_t mailbox_limit = std::size_t{64} << 20;
} // namespace

session::route_result worker::publish(session::session& from, const codec::publish& packet, codec::bytes frame) {
    session::delivery d(packet, frame, scratch_);
    const auto who = describe(from);
    const auto result = route(d, &who, nullptr);
    return {result.error, result.outcome == plugin::publish_outcome::stored ? batch_number_ : 0};
}

void worker::publish_will(session::session& from, const topics::message_ptr& will) {
    session::delivery d(will, scratch_);
    const auto who = describe(from);
    route(d, &who, nullptr);
}

// `who` null: a message of the broker's own, which plugins do not see.
worker::routed worker::route(session::delivery& d, const plugin::client* who, plugin::ingest_report* report) {
    const auto& packet = d.packet();
    const auto found = topics_.find(packet.topic, common_.plugins);
    if (!found) return {found.error(), {}};
    topic_entry& entry = **found;
    auto outcome = plugin::publish_outcome::pass;
    if (who != nullptr) {
        if (entry.reserved ||
            (common_.conf.message_size_limit != 0 && packet.payload.size() > common_.conf.message_size_limit)) {
            counters_.denied.add();
            return {{}, plugin::publish_outcome::denied};
        }
        if (!entry.plugins.empty()) outcome = ask_plugins(entry, packet, *who, report);
        if (outcome == plugin::publish_outcome::denied) return {{}, outcome};
    }
    // Retained first: who subscribes between this line and the next finds the message there.
    if (packet.retain) common_.retained.set(d.shared()); // [MQTT-3.3.1-5]
    const auto version = common_.subscriptions.version(entry.stripe);
    if (!entry.filled || entry.version != version) {
        refresh(entry, packet.topic);
        entry.version = version;
    }
    deliver_local(entry, d);
    if (entry.other_workers != 0) deliver_elsewhere(entry, d);
    return {{}, outcome};
}

plugin::publish_outcome worker::ask_plugins(const topic_entry& entry, const codec::publish& packet,
                                            const plugin::client& who, plugin::ingest_report* report) {
    try {
        const auto outcome = plugin::chain::on_publish(entry.plugins, *this, packet, who, report);
        if (outcome == plugin::publish_outcome::denied) counters_.denied.add();
        return outcome;
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
    entry.other_workers = 0;
    for (const auto& s : found_) {
        if (s.id.worker() != index_) {
            entry.other_workers |= std::uint64_t{1} << s.id.worker();
        } else if (const auto mine = sessions_.find(s.id.value); mine != sessions_.end()) {
            entry.local.push_back({mine->second.get(), s.qos});
        }
    }
    entry.local.shrink_to_fit();
    entry.filled = true;
}

void worker::deliver_local(topic_entry& entry, session::delivery& d) {
    for (const auto& target : entry.local) target.session->deliver(d, target.granted);
}

void worker::deliver_elsewhere(const topic_entry& entry, session::delivery& d) {
    const auto& packet = d.packet();
    const bool small = packet.qos == codec::qos::at_most_once && !d.large();
    for (auto rest = entry.other_workers; rest != 0; rest &= rest - 1) {
        const auto to = static_cast<unsigned>(std::countr_zero(rest));
        if (packet.qos == codec::qos::at_most_once &&
            common_.workers[to]->mail().waiting() + parcels_[to].size() > mailbox_limit) {
            counters_.dropped_mailbox_full.add();
        } else if (small) {
            parcels_[to].add(packet);
        } else {
            parcels_[to].add(d.shared());
        }
    }
}

void worker::send_parcels() {
    for (unsigned to = 0; to < parcels_.size(); ++to)
        if (!parcels_[to].empty() && common_.workers[to]->mail().deliver(parcels_[to])) common_.workers[to]->wake();
}

void worker::collect_mail() {
    mailbox_.collect(collected_);
    const auto deliver = [this](session::delivery& d) {
        const auto found = topics_.find(d.packet().topic, common_.plugins);
        topic_entry& entry = **found; // its first worker has checked the name
        const auto version = common_.subscriptions.version(entry.stripe);
        if (!entry.filled || entry.version != version) {
            refresh(entry, d.packet().topic);
            entry.version = version;
        }
        deliver_local(entry, d);
    };
    for (const auto& p : collected_)
        p.for_each(
            [&](const codec::publish& packet) {
                session::delivery d(packet, {}, scratch_);
                deliver(d);
            },
            [&](const topics::message_ptr& m) {
                session::delivery d(m, scratch_);
                deliver(d);
            });
}

void worker::publish(codec::bytes topic, codec::bytes payload, codec::qos qos, bool retain) {
    own_.push_back(topics::message::make(topic, payload, qos, retain));
}

void worker::publish_own() {
    for (std::size_t i = 0; i < own_.size(); ++i) {
        const auto m = own_[i];
        session::delivery d(m, scratch_);
        route(d, nullptr, nullptr);
    }
    own_.clear();
}

bool worker::may_subscribe(session::session& who, codec::bytes filter, codec::qos qos) {
    return common_.plugins.on_subscribe(*this, describe(who), filter, qos) != plugin::access_verdict::deny;
}

void worker::subscribe(session::session& who, codec::bytes filter, codec::qos qos) {
    common_.subscriptions.subscribe(filter, {who.id(), qos});
}

void worker::unsubscribe(session::session& who, codec::bytes filter) {
    common_.subscriptions.unsubscribe(filter, who.id());
}

void worker::match_retained(codec::bytes filter, std::vector<topics::message_ptr>& out) const {
    common_.retained.match(filter, out);
}

} // namespace nightjar::worker
