// What the plugin says of itself and of its sensors: status, states, discovery, all of it retained.
#include "broker/plugins/sensors/discovery.hpp"
#include "broker/plugins/sensors/messages.hpp"
#include "broker/plugins/sensors/sensors.hpp"
#include "storage/store.hpp"

#include <fmt/format.h>

namespace nightjar::plugins::sensors {

void sensors::publish_all(host& host) {
    const auto now = host.now_us() / 1000;
    host.publish(options_.topic_status, status_message(!paused_.load(std::memory_order_relaxed), now),
                 codec::qos::at_least_once, true);
    for (const auto& record : store_.sensor_table().all()) {
        const auto last = store_.measurements().last(record.id);
        if (!last || options_.state_topic.empty()) continue;
        acquaintance known;
        known.record = record;
        known.last_value = last->value;
        known.last_time_ms = last->time_ms();
        publish_state(host, known);
    }
    publish_discovery(host);
    for (const auto& incident : incidents_.open()) {
        const auto record = registry_.find(incident.sensor).value_or(storage::sensor_record{});
        incidents_.publish_retained(host, incident, record, now);
    }
}

void sensors::publish_discovery(host& host) const {
    if (!options_.homeassistant) return;
    registry_.each([&](const sensor& s) { publish_discovery(host, s.record); });
}

void sensors::publish_discovery(host& host, const storage::sensor_record& of) const {
    if (!options_.homeassistant) return;
    host.publish(discovery_topic(options_, of.id), discovery_message(options_, of), codec::qos::at_least_once, true);
}

void sensors::publish_state(host& host, acquaintance& known) const {
    if (known.state_topic.empty()) {
        known.state_topic = state_topic_of(options_, known.record.id);
    }
    known.state_waits = false;
    known.state_sent_us = host.now_us();
    host.publish(known.state_topic,
                 state_message(known.last_value, known.record.unit, known.record.type, known.last_time_ms),
                 codec::qos::at_most_once, true);
}

// Another worker may have had a newer value meanwhile: then that one publishes, and the older must not come after it.
void sensors::publish_waiting(host& host, acquaintance& known) const {
    known.state_waits = false;
    if (known.who->gone.load(std::memory_order_relaxed)) return;
    if (known.seen_us >= known.who->newest_us.load(std::memory_order_relaxed)) publish_state(host, known);
}

// What is retained on topics that are no longer ours.
void sensors::withdraw(host& host, const options& before) const {
    const auto take_back = [&](const std::string& topic) { host.publish(topic, {}, codec::qos::at_least_once, true); };
    if (before.topic_status != options_.topic_status) take_back(before.topic_status);
    if (before.topic_incidents != options_.topic_incidents)
        for (const auto& incident : incidents_.open())
            take_back(fmt::format("{}/{}", before.topic_incidents, incident.id));
    const bool discovery_moved =
        !options_.homeassistant || before.homeassistant_prefix != options_.homeassistant_prefix;
    if (before.homeassistant && discovery_moved)
        registry_.each([&](const sensor& s) { take_back(discovery_topic(before, s.record.id)); });
    if (before.state_topic.empty() || before.state_topic == options_.state_topic) return;
    registry_.each([&](const sensor& s) { take_back(state_topic_of(before, s.record.id)); });
}

} // namespace nightjar::plugins::sensors
