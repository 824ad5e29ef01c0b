// What the plugin says of itself and of its sensors: status, states, discovery, all of it retained.
#include "broker/plugins/sensors/discovery.hpp"
#include "broker/plugins/sensors/messages.hpp"
#include "broker/plugins/sensors/sensors.hpp"
#include "storage/store.hpp"

namespace nightjar::plugins::sensors {

void sensors::publish_all(host& host) {
    const auto now = host.now_us() / 1000;
    host.publish(options_.topic_status, status_message(!paused_.load(std::memory_order_relaxed), now),
                 codec::qos::at_least_once, true);
    for (const auto& record : store_.sensor_table().all()) publish_stored_state(host, record);
    publish_discovery(host);
    for (const auto& incident : incidents_.open()) {
        const auto record = registry_.find(incident.sensor).value_or(storage::sensor_record{});
        incidents_.publish_retained(host, incident, record, now);
    }
}

void sensors::publish_stored_state(host& host, const storage::sensor_record& of) const {
    const auto last = store_.measurements().last(of.id);
    if (!last || options_.state_topic.empty()) return;
    acquaintance known;
    known.record = of;
    known.last_value = last->value;
    known.last_time_ms = last->time_ms();
    publish_state(host, known);
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

std::vector<std::string> sensors::retained_topics() const {
    std::vector<std::string> topics{options_.topic_status};
    for (const auto& incident : incidents_.open()) topics.push_back(options_.incident_topic(incident.id));
    registry_.each([&](const sensor& s) {
        if (!options_.state_topic.empty()) topics.push_back(state_topic_of(options_, s.record.id));
        if (options_.homeassistant) topics.push_back(discovery_topic(options_, s.record.id));
    });
    return topics;
}

// Incidents may close and other reloads come before the next tick: what has to go is known now.
void sensors::note_moved(const std::vector<std::string>& before) {
    moved_ = true;
    withdrawn_.insert(before.begin(), before.end());
    for (const auto& topic : retained_topics()) withdrawn_.erase(topic);
}

void sensors::announce_moved(host& host) {
    if (!std::exchange(moved_, false)) return;
    for (const auto& topic : std::exchange(withdrawn_, {})) host.publish(topic, {}, codec::qos::at_least_once, true);
    publish_all(host);
}

} // namespace nightjar::plugins::sensors
