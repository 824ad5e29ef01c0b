#include "broker/plugins/sensors/incident_book.hpp"

#include "broker/plugins/sensors/messages.hpp"
#include "storage/store.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

namespace nightjar::plugins::sensors {

using storage::incident_kind;
using storage::incident_record;
using storage::incident_status;

namespace {

constexpr auto once = codec::qos::at_least_once;
constexpr std::uint32_t highest_level = 3, most_steps = 1000;
constexpr double none = std::numeric_limits<double>::quiet_NaN();

std::string reason_of(const incident_book::observation& seen) {
    const auto& range = seen.rule.range;
    const bool low = seen.value < range.min;
    return fmt::format("{} {} is {} {}", seen.record.type, seen.value, low ? "below" : "above",
                       low ? range.min : range.max);
}

// What is told of a sensor that is not there any more.
storage::sensor_record nobody(storage::sensor_id id) {
    storage::sensor_record result;
    result.id = id;
    result.type = "unknown";
    return result;
}

} // namespace

incident_book::incident_book(const options& settings, const registry& known, std::vector<incident_record> open,
                             storage::incident_id last, alert_listener* others)
    : options_(settings), registry_(known), others_(others), last_id_(last), open_count_(open.size()) {
    for (auto& incident : open) {
        by_sensor_.emplace(std::pair(incident.sensor, incident.kind), incident.id);
        const auto id = incident.id;
        open_.emplace(id, entry{std::move(incident), 0, {}, {}});
    }
}

incident_book::book::iterator incident_book::find(storage::sensor_id sensor, incident_kind kind) {
    const auto found = by_sensor_.find({sensor, kind});
    return found == by_sensor_.end() ? open_.end() : open_.find(found->second);
}

// --- values

storage::incident_id incident_book::observe(plugin::host& host, const observation& seen) {
    const std::scoped_lock lock(mutex_);
    if (seen.of.gone.load(std::memory_order_relaxed)) return 0;
    const auto id = seen.record.id;
    storage::incident_id opened = 0;
    if (const auto silent = find(id, incident_kind::offline); silent != open_.end() && options_.auto_close) {
        silent->second.record.value = seen.value;
        close(host, silent, seen.record, {});
    }
    if (const auto known = find(id, incident_kind::threshold); known != open_.end()) {
        weigh(host, known, seen);
    } else if (seen.rule.range.contains(seen.value)) {
        streaks_.erase(id);
    } else if (seen.rule.open_after > 1 && ++streaks_[id] < seen.rule.open_after) {
        // not yet
    } else {
        streaks_.erase(id);
        incident_record incident;
        incident.reason = reason_of(seen);
        incident.min = seen.rule.range.min;
        incident.max = seen.rule.range.max;
        incident.value = incident.lowest = incident.highest = seen.value;
        incident.counter = 1;
        opened = open_one(host, std::move(incident), seen.record, {}).record.id;
    }
    watch(seen.of);
    return opened;
}

// A value of a sensor with an open incident.
void incident_book::weigh(plugin::host& host, book::iterator known, const observation& seen) {
    auto& e = known->second;
    if (!seen.rule.range.contains(seen.value)) {
        e.back = 0;
        count(host, e.record, seen.value);
    } else if (!seen.rule.well_inside(seen.value)) {
        e.back = 0;
    } else if (options_.auto_close && ++e.back >= seen.rule.close_after) {
        e.record.value = seen.value;
        close(host, known, seen.record, {});
    }
}

void incident_book::count(plugin::host& host, incident_record& incident, double value) {
    incident.value = value;
    incident.lowest = std::min(incident.lowest, value);
    incident.highest = std::max(incident.highest, value);
    ++incident.counter;
    ++incident.revision;
    host.batch().incidents.push_back(incident);
}

void incident_book::note_silence(plugin::host& host, sensor& of, const storage::sensor_record& record,
                                 std::int64_t seconds) {
    const std::scoped_lock lock(mutex_);
    if (of.gone.load(std::memory_order_relaxed) || find(record.id, incident_kind::offline) != open_.end()) return;
    incident_record incident;
    incident.kind = incident_kind::offline;
    incident.reason = fmt::format("nothing from {} for {} s", record.name, seconds);
    incident.min = incident.max = incident.value = incident.lowest = incident.highest = none;
    open_one(host, std::move(incident), record, {});
    watch(of);
}

void incident_book::end_all(plugin::host& host, const storage::sensor_record& of, person who) {
    const std::scoped_lock lock(mutex_);
    streaks_.erase(of.id);
    for (const auto kind : {incident_kind::threshold, incident_kind::offline, incident_kind::manual})
        if (const auto known = find(of.id, kind); known != open_.end()) close(host, known, of, who);
}

// Values in range are looked at, while there is anything that they may end.
void incident_book::watch(sensor& of) const {
    const auto has = [&](incident_kind kind) { return by_sensor_.contains({of.record.id, kind}); };
    of.has_incident.store(has(incident_kind::threshold) || has(incident_kind::offline) ||
                              streaks_.contains(of.record.id),
                          std::memory_order_relaxed);
}

// --- the life of one

incident_book::entry& incident_book::open_one(plugin::host& host, incident_record incident,
                                              const storage::sensor_record& sensor, person who) {
    const auto id = ++last_id_;
    incident.id = id;
    incident.sensor = sensor.id;
    incident.opened_ms = host.now_us() / 1000;
    by_sensor_.emplace(std::pair(incident.sensor, incident.kind), id);
    const auto now = host.steady_ms();
    auto& e = open_.emplace(id, entry{std::move(incident), 0, now, now}).first->second;
    ++open_count_;
    ++totals_.opened[sensor.type];
    step(host, e.record, {who.by, who.comment.empty() ? std::string_view(e.record.reason) : who.comment});
    announce(host, e.record.kind == incident_kind::offline ? alert_type::offline : alert_type::created, e.record,
             sensor);
    return e;
}

void incident_book::close(plugin::host& host, book::iterator known, const storage::sensor_record& sensor, person who) {
    auto incident = std::move(known->second.record);
    by_sensor_.erase({incident.sensor, incident.kind});
    open_.erase(known);
    --open_count_;
    ++totals_.closed;
    incident.status = incident_status::closed;
    incident.closed_ms = host.now_us() / 1000;
    step(host, incident, who);
    announce(host, alert_type::closed, incident, sensor);
}

// The row, and what its history says of the change.
void incident_book::step(plugin::host& host, incident_record& incident, person who) {
    ++incident.revision;
    ++incident.steps;
    host.batch().incidents.push_back(incident);
    host.batch().incident_steps.push_back({incident.id, incident.steps, host.now_us() / 1000, incident.status,
                                           std::string(who.by), std::string(who.comment)});
}

void incident_book::announce(plugin::host& host, alert_type type, const incident_record& incident,
                             const storage::sensor_record& sensor) const {
    const auto now = host.now_us() / 1000;
    host.publish(options_.topic_incidents, incident_message(incident, sensor, now), once, false);
    tell(host, type, incident, sensor);
    publish_retained(host, incident, sensor, now);
}

void incident_book::tell(plugin::host& host, alert_type type, const incident_record& incident,
                         const storage::sensor_record& sensor) const {
    const alert what{type, &incident, &sensor, host.now_us() / 1000};
    host.publish(options_.topic_alerts, alert_message(what), once, false);
    if (others_ != nullptr) others_->on_alert(host, what);
}

void incident_book::publish_retained(plugin::host& host, const incident_record& incident,
                                     const storage::sensor_record& sensor, std::int64_t now_ms) const {
    const bool closed = incident.status == incident_status::closed; // then its copy is taken away
    host.publish(options_.incident_topic(incident.id),
                 closed ? std::string() : incident_message(incident, sensor, now_ms), once, true);
}

// --- time

void incident_book::on_tick(plugin::host& host) {
    ticked_ms_ = host.steady_ms();
    if (open_count() == 0) return;
    const std::scoped_lock lock(mutex_);
    for (auto& [id, e] : open_) {
        start_clocks(host, e);
        if (e.record.status == incident_status::open) remind(host, e);
    }
}

void incident_book::stand_still(plugin::host& host) {
    const auto now = host.steady_ms();
    const auto passed = now - ticked_ms_.value_or(now);
    ticked_ms_ = now;
    const std::scoped_lock lock(mutex_);
    for (auto& [id, e] : open_) {
        start_clocks(host, e);
        for (auto* from : {&e.opened, &e.reminded}) *from = std::min(**from + passed, now);
    }
}

// The steady clock does not outlive the process: what passed before is taken from the wall clock, once.
void incident_book::start_clocks(plugin::host& host, entry& e) const {
    if (e.opened) return;
    const auto age = std::max<std::int64_t>(host.now_us() / 1000 - e.record.opened_ms, 0);
    const auto pause = std::max<std::int64_t>(options_.reminder, 1) * 1000;
    e.opened = host.steady_ms() - age;
    e.reminded = host.steady_ms() - age % pause;
}

void incident_book::remind(plugin::host& host, entry& e) const {
    const auto now = host.steady_ms();
    const auto sensor = [&] { return registry_.find(e.record.sensor).value_or(nobody(e.record.sensor)); };
    if (options_.escalate_after > 0) {
        const auto due = (now - *e.opened) / (options_.escalate_after * 1000);
        const auto level = static_cast<std::uint32_t>(std::clamp<std::int64_t>(due, 0, highest_level));
        if (level > e.record.escalation_level) {
            e.record.escalation_level = level;
            e.reminded = now;
            step(host, e.record, {{}, fmt::format("escalated to level {}", level)});
            announce(host, alert_type::escalated, e.record, sensor());
        }
    }
    if (options_.reminder > 0 && now - *e.reminded >= options_.reminder * 1000) {
        e.reminded = now;
        tell(host, alert_type::reminder, e.record, sensor());
    }
}

// --- people

std::string_view incident_book::refusal(storage::incident_id id) const {
    if (open_.contains(id)) return {};
    return id == 0 || id > last_id_ ? "unknown_incident" : "already_closed";
}

incident_book::outcome incident_book::create(plugin::host& host, storage::sensor_id sensor, std::string_view reason,
                                             person who) {
    auto record = registry_.find(sensor);
    if (!record) return {"unknown_sensor", {}, {}};
    const std::scoped_lock lock(mutex_);
    if (const auto known = find(sensor, incident_kind::manual); known != open_.end())
        return {"already_open", known->second.record, std::move(*record)};
    incident_record incident;
    incident.kind = incident_kind::manual;
    incident.reason = reason;
    incident.min = incident.max = incident.value = incident.lowest = incident.highest = none;
    const auto& made = open_one(host, std::move(incident), *record, who);
    return {{}, made.record, std::move(*record)};
}

incident_book::outcome incident_book::acknowledge(plugin::host& host, storage::incident_id id, person who) {
    const std::scoped_lock lock(mutex_);
    if (const auto why = refusal(id); !why.empty()) return {why, {}, {}};
    auto& incident = open_.find(id)->second.record;
    auto sensor = registry_.find(incident.sensor).value_or(nobody(incident.sensor));
    if (incident.status == incident_status::acknowledged) return {"already_acknowledged", incident, std::move(sensor)};
    incident.status = incident_status::acknowledged;
    incident.acknowledged_ms = host.now_us() / 1000;
    step(host, incident, who);
    announce(host, alert_type::acknowledged, incident, sensor);
    return {{}, incident, std::move(sensor)};
}

incident_book::outcome incident_book::close(plugin::host& host, storage::incident_id id, person who) {
    const std::scoped_lock lock(mutex_);
    if (const auto why = refusal(id); !why.empty()) return {why, {}, {}};
    const auto known = open_.find(id);
    auto incident = known->second.record;
    auto sensor = registry_.find(incident.sensor).value_or(nobody(incident.sensor));
    close(host, known, sensor, who);
    incident.status = incident_status::closed;
    incident.closed_ms = host.now_us() / 1000;
    return {{}, std::move(incident), std::move(sensor)};
}

incident_book::outcome incident_book::comment(plugin::host& host, storage::incident_id id, person who) {
    const std::scoped_lock lock(mutex_);
    if (const auto why = refusal(id); !why.empty()) return {why, {}, {}};
    auto& incident = open_.find(id)->second.record;
    auto sensor = registry_.find(incident.sensor).value_or(nobody(incident.sensor));
    if (incident.steps >= most_steps) return {"history_full", incident, std::move(sensor)};
    step(host, incident, who);
    return {{}, incident, std::move(sensor)};
}

// --- what is known

incident_book::totals incident_book::counted() const {
    const std::scoped_lock lock(mutex_);
    return totals_;
}

bool incident_book::is_watched(storage::sensor_id sensor) const {
    const std::scoped_lock lock(mutex_);
    return by_sensor_.contains({sensor, incident_kind::threshold}) ||
           by_sensor_.contains({sensor, incident_kind::offline});
}

std::vector<incident_record> incident_book::open() const {
    const std::scoped_lock lock(mutex_);
    std::vector<incident_record> result;
    for (const auto& [id, e] : open_) result.push_back(e.record);
    return result;
}

} // namespace nightjar::plugins::sensors
