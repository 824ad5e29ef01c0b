#include "broker/plugins/sensors/incident_book.hpp"

#include "broker/plugins/sensors/messages.hpp"
#include "storage/store.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace nightjar::plugins::sensors {

namespace {

constexpr auto once = codec::qos::at_least_once;

std::string reason_of(const incident_book::observation& seen) {
    const bool low = seen.value < seen.range.min;
    return fmt::format("{} {} is {} {}", seen.record.type, seen.value, low ? "below" : "above",
                       low ? seen.range.min : seen.range.max);
}

} // namespace

incident_book::incident_book(const options& settings, std::vector<storage::incident_record> open,
                             storage::incident_id last)
    : options_(settings), last_id_(last), open_count_(open.size()) {
    for (auto& incident : open) {
        const auto sensor = incident.sensor;
        open_.emplace(sensor, std::move(incident));
    }
}

storage::incident_id incident_book::observe(plugin::host& host, const observation& seen) {
    const std::scoped_lock lock(mutex_);
    const auto known = open_.find(seen.of.record.id);
    const bool in_range = seen.range.contains(seen.value);
    if (known == open_.end()) return in_range ? 0 : open_one(host, seen);
    if (in_range) {
        close(host, std::move(known->second), seen);
        open_.erase(known);
        --open_count_;
        ++totals_.closed;
        seen.of.has_incident.store(false, std::memory_order_relaxed);
    } else {
        count(host, known->second, seen);
    }
    return 0;
}

storage::incident_id incident_book::open_one(plugin::host& host, const observation& seen) {
    storage::incident_record incident;
    incident.id = ++last_id_;
    incident.sensor = seen.record.id;
    incident.reason = reason_of(seen);
    incident.min = seen.range.min;
    incident.max = seen.range.max;
    incident.value = incident.lowest = incident.highest = seen.value;
    incident.counter = 1;
    incident.opened_ms = seen.now_ms;
    host.batch().incidents.push_back(incident);
    announce(host, "created", incident, seen);
    publish_retained(host, incident, seen.record, seen.now_ms);
    open_.emplace(incident.sensor, incident);
    ++open_count_;
    ++totals_.opened[seen.record.type];
    seen.of.has_incident.store(true, std::memory_order_relaxed);
    return incident.id;
}

void incident_book::count(plugin::host& host, storage::incident_record& incident, const observation& seen) {
    incident.value = seen.value;
    incident.lowest = std::min(incident.lowest, seen.value);
    incident.highest = std::max(incident.highest, seen.value);
    ++incident.counter;
    host.batch().incidents.push_back(incident);
}

void incident_book::close(plugin::host& host, storage::incident_record incident, const observation& seen) {
    incident.status = storage::incident_status::closed;
    incident.value = seen.value;
    incident.closed_ms = seen.now_ms;
    host.batch().incidents.push_back(incident);
    announce(host, "closed", incident, seen);
    host.publish(fmt::format("{}/{}", options_.topic_incidents, incident.id), {}, once, true); // takes the copy away
}

void incident_book::announce(plugin::host& host, std::string_view alert_type, const storage::incident_record& incident,
                             const observation& seen) const {
    host.publish(options_.topic_incidents, incident_message(incident, seen.record, seen.now_ms), once, false);
    host.publish(options_.topic_alerts, alert_message(alert_type, incident, seen.record, seen.now_ms), once, false);
}

void incident_book::publish_retained(plugin::host& host, const storage::incident_record& incident,
                                     const storage::sensor_record& sensor, std::int64_t now_ms) const {
    host.publish(fmt::format("{}/{}", options_.topic_incidents, incident.id),
                 incident_message(incident, sensor, now_ms), once, true);
}

incident_book::totals incident_book::counted() const {
    const std::scoped_lock lock(mutex_);
    return totals_;
}

bool incident_book::is_open(storage::sensor_id sensor) const {
    const std::scoped_lock lock(mutex_);
    return open_.contains(sensor);
}

std::vector<storage::incident_record> incident_book::open() const {
    const std::scoped_lock lock(mutex_);
    std::vector<storage::incident_record> result;
    for (const auto& [sensor, incident] : open_) result.push_back(incident);
    return result;
}

} // namespace nightjar::plugins::sensors
