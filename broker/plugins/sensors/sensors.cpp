#include "broker/plugins/sensors/sensors.hpp"

#include "broker/codec/topic.hpp"
#include "broker/plugins/sensors/messages.hpp"
#include "storage/store.hpp"

#include <algorithm>
#include <cstdlib>

#include <boost/container/flat_set.hpp>
#include <boost/unordered/unordered_flat_map.hpp>
#include <fmt/format.h>

namespace nightjar::plugins::sensors {

using nightjar::plugin::hook;
using nightjar::plugin::publish_outcome;

namespace {

constexpr std::int64_t state_pause_us = 100'000; // a sensor's state topic changes ten times a second at most
constexpr nightjar::plugin::topic_tag log_bit = nightjar::plugin::topic_tag{1} << 32;

std::vector<storage::incident_record> open_incidents(const storage::store& store) {
    std::vector<storage::incident_record> result;
    for (const auto status : {storage::incident_status::open, storage::incident_status::acknowledged}) {
        storage::incident_query what;
        what.status = status;
        what.limit = SIZE_MAX;
        auto some = store.incident_table().list(what);
        std::move(some.begin(), some.end(), std::back_inserter(result));
    }
    return result;
}

std::string_view source_name(format f) {
    switch (f) {
    case format::dht11: return "dht11";
    case format::measurement: return "measurement";
    case format::plain: return "plain";
    }
    return "plain";
}

// The n-th level from the end, 0 the last.
codec::bytes level_from_end(codec::bytes topic, unsigned n) {
    for (; n > 0; --n) topic = topic.substr(0, topic.rfind('/'));
    return topic.substr(topic.rfind('/') + 1);
}

std::string state_topic_of(const options& settings, storage::sensor_id id) {
    auto topic = settings.state_topic;
    return topic.replace(topic.find("%i"), 2, std::to_string(id));
}

} // namespace

struct sensors::worker_part {
    struct text_hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
    };
    boost::unordered_flat_map<std::uint32_t, std::unique_ptr<acquaintance>> by_id;
    boost::unordered_flat_map<std::string, std::unique_ptr<acquaintance>, text_hash, std::equal_to<>> by_key;
    std::string key;                    // of the last find(), of a sensor without an id of its own
    std::vector<acquaintance*> waiting; // states to publish

    void reconfigured(const options& now) {
        const auto update = [&](acquaintance& known) {
            known.range = now.threshold_of(known.record.id, known.record.type);
            known.state_topic.clear();
            known.state_waits = known.state_waits && !now.state_topic.empty();
        };
        for (auto& [id, known] : by_id) update(*known);
        for (auto& [name, known] : by_key) update(*known);
    }

    acquaintance* find(format source, codec::bytes topic, const reading& r) {
        if (source == format::measurement) {
            const auto found = by_id.find(r.id);
            return found == by_id.end() ? nullptr : found->second.get();
        }
        key = registry::key_of(source_name(source), topic, r.type);
        const auto found = by_key.find(key);
        return found == by_key.end() ? nullptr : found->second.get();
    }
};

sensors::sensors(options settings, const storage::store& store, log::logger& log,
                 std::function<broker_facts()> facts, unsigned workers)
    : options_(std::move(settings)), log_(log), facts_(std::move(facts)), store_(store),
      registry_(options_, store.sensor_table().all()),
      incidents_(options_, open_incidents(store), store.incident_table().last_id()), rejections_(log) {
    for (unsigned i = 0; i < workers; ++i) workers_.push_back(std::make_unique<worker_part>());
}

sensors::~sensors() = default;

std::uint8_t sensors::hooks() const { return hook::publish | hook::tick | hook::http; }

// Worker 0 speaks for the plugin. Retained messages did not survive the restart, so they are said again.
void sensors::start(host& host) {
    if (host.worker_index() == 0) publish_all(host);
}

void sensors::publish_all(host& host) {
    const auto now = host.now_us() / 1000;
    host.publish(options_.topic_status, status_message(true, now), codec::qos::at_least_once, true);
    for (const auto& record : store_.sensor_table().all()) {
        const auto last = store_.measurements().last(record.id);
        if (!last || options_.state_topic.empty()) continue;
        acquaintance known;
        known.record = record;
        known.last_value = last->value;
        known.last_time_ms = last->time_ms();
        publish_state(host, known);
    }
    for (const auto& incident : incidents_.open()) {
        const auto record = store_.sensor_table().find(incident.sensor).value_or(storage::sensor_record{});
        incidents_.publish_retained(host, incident, record, now);
    }
}

void sensors::stop(host& host) {
    for (auto* known : std::exchange(workers_[host.worker_index()]->waiting, {}))
        if (known->state_waits) publish_waiting(host, *known);
    if (host.worker_index() == 0)
        host.publish(options_.topic_status, status_message(false, host.now_us() / 1000), codec::qos::at_least_once,
                     true);
}

std::optional<nightjar::plugin::topic_tag> sensors::interest(codec::bytes topic) const {
    nightjar::plugin::topic_tag tag = 0;
    for (std::size_t i = 0; i < options_.sources.size() && tag == 0; ++i)
        if (codec::topic_matches(options_.sources[i].filter, topic)) tag = i + 1;
    for (const auto& filter : options_.log_topics)
        if (codec::topic_matches(filter, topic)) tag |= log_bit;
    return tag == 0 ? std::nullopt : std::optional(tag);
}

publish_outcome sensors::on_publish(host& host, const nightjar::plugin::publish_event& event) {
    if ((event.tag & log_bit) != 0) log_message(event.packet);
    const auto number = event.tag & (log_bit - 1);
    if (number == 0) return publish_outcome::pass;
    const auto& rule = options_.sources[number - 1];
    auto values = parse(rule, event.packet);
    std::string_view rejected = values.rejected;
    if (rejected.empty()) rejected = refusal(host, rule, event.packet.topic, values.readings); // all or nothing
    boost::container::small_vector<acquaintance*, 4> known;
    for (const auto& r : values.readings)
        known.push_back(rejected.empty() ? meet(host, rule, event.packet.topic, r, rejected) : nullptr);
    if (!rejected.empty()) {
        rejections_.add(event.packet.topic, event.packet.payload, rejected, host.now_us() / 1000);
        if (event.report != nullptr) event.report->rejected = rejected;
        return publish_outcome::pass;
    }
    for (std::size_t i = 0; i < known.size(); ++i) store_value(host, *known[i], values.readings[i], event.report);
    return options_.sync ? publish_outcome::stored : publish_outcome::pass;
}

parsed sensors::parse(const source_rule& rule, const codec::publish& packet) const {
    switch (rule.format) {
    case format::dht11: return parse_dht11(packet.payload);
    case format::measurement: return parse_measurement(packet.payload);
    case format::plain: return parse_plain(packet.payload, level_from_end(packet.topic, 0));
    }
    return parsed::reject("wrong_shape");
}

bool sensors::still_true(const acquaintance& known, const reading& r) const {
    if (known.version != known.who->version.load(std::memory_order_relaxed)) return false; // another worker has learnt
    return (r.type.empty() || known.record.type != "unknown") && (r.unit.empty() || r.unit == known.record.unit);
}

// Why one of them could not be met, before any of them is. The order of a message's sensors must not matter.
std::string_view sensors::refusal(host& host, const source_rule& rule, codec::bytes topic,
                                  std::span<const reading> readings) {
    auto& mine = *workers_[host.worker_index()];
    boost::container::flat_set<std::uint32_t> others; // new ones, by id
    for (const auto& r : readings) {
        if (mine.find(rule.format, topic, r) != nullptr) continue;
        const introduction who{r.id, mine.key, {}, r.type, r.unit, {}, source_name(rule.format), topic, 0};
        const auto why = registry_.refusal(who, others.size() - others.count(r.id));
        if (!why.empty()) return why;
        others.insert(r.id);
    }
    return {};
}

sensors::acquaintance* sensors::meet(host& host, const source_rule& rule, codec::bytes topic, const reading& r,
                                     std::string_view& rejected) {
    auto& mine = *workers_[host.worker_index()];
    const bool own_id = rule.format == format::measurement;
    auto* known = mine.find(rule.format, topic, r);
    if (known != nullptr && still_true(*known, r)) return known;

    introduction who{r.id, mine.key, {}, r.type, r.unit, {}, source_name(rule.format), topic, host.now_us() / 1000};
    std::string name;
    if (!own_id) {
        who.device = level_from_end(topic, 1);
        name = fmt::format("{} {}", who.device, r.name);
        who.name = name;
    }
    if (known != nullptr) {
        introduce(host, *known, who, rejected);
        return known;
    }
    auto made = std::make_unique<acquaintance>();
    introduce(host, *made, who, rejected);
    if (made->who == nullptr) return nullptr;
    auto* result = made.get();
    if (own_id) {
        mine.by_id.emplace(r.id, std::move(made));
    } else {
        mine.by_key.emplace(mine.key, std::move(made));
    }
    return result;
}

// Each worker writes the record of a sensor that it meets: its first rows must not be on disk before the sensor is.
void sensors::introduce(host& host, acquaintance& known, const introduction& who, std::string_view& rejected) {
    auto answer = registry_.meet(who);
    if (answer.found == nullptr) {
        rejected = answer.rejected;
        return;
    }
    known.who = answer.found;
    known.record = std::move(answer.record);
    known.version = answer.version;
    known.range = options_.threshold_of(known.record.id, known.record.type);
    if (incidents_.is_open(known.record.id)) known.who->has_incident.store(true, std::memory_order_relaxed);
    host.batch().sensors.push_back(known.record);
}

void sensors::store_value(host& host, acquaintance& known, const reading& r, nightjar::plugin::ingest_report* report) {
    const auto now_ms = host.now_us() / 1000;
    std::int64_t offset = r.time_ms ? *r.time_ms - now_ms : 0;
    if (std::abs(offset) > options_.max_clock_skew * 1000) { // a device without a clock says 1970
        rejections_.note("bad_clock");
        offset = 0;
    }
    host.batch().measurements.push_back({known.record.id, static_cast<std::int32_t>(offset), host.now_us(), r.value});
    if (report != nullptr) report->sensors.push_back(known.record.id);

    const bool look = known.who->has_incident.load(std::memory_order_relaxed) || !known.range.contains(r.value);
    if (look) {
        const auto opened = incidents_.observe(host, {*known.who, known.record, r.value, known.range, now_ms});
        if (opened != 0 && report != nullptr) report->incidents.push_back(opened);
    }
    if (options_.state_topic.empty()) return;
    known.last_value = r.value;
    known.last_time_ms = now_ms + offset;
    known.seen_us = host.now_us();
    known.who->newest_us.store(known.seen_us, std::memory_order_relaxed);
    if (host.now_us() - known.state_sent_us >= state_pause_us || host.now_us() < known.state_sent_us) {
        publish_state(host, known);
    } else if (!std::exchange(known.state_waits, true)) {
        workers_[host.worker_index()]->waiting.push_back(&known);
    }
}

void sensors::publish_state(host& host, acquaintance& known) {
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
void sensors::publish_waiting(host& host, acquaintance& known) {
    known.state_waits = false;
    if (known.seen_us >= known.who->newest_us.load(std::memory_order_relaxed)) publish_state(host, known);
}

void sensors::on_tick(host& host) {
    if (host.worker_index() == 0 && before_) {
        withdraw(host, *std::exchange(before_, nullptr));
        publish_all(host);
    }
    for (auto* known : std::exchange(workers_[host.worker_index()]->waiting, {}))
        if (known->state_waits) publish_waiting(host, *known);
}

void sensors::reconfigure(options next) {
    const bool moved = next.topic_status != options_.topic_status || next.state_topic != options_.state_topic ||
                       next.topic_incidents != options_.topic_incidents;
    if (moved && !before_) before_ = std::make_unique<const options>(options_);
    options_ = std::move(next);
    registry_.reconfigured();
    for (const auto& mine : workers_) mine->reconfigured(options_);
}

// What is retained on topics that are no longer ours.
void sensors::withdraw(host& host, const options& before) const {
    const auto take_back = [&](const std::string& topic) { host.publish(topic, {}, codec::qos::at_least_once, true); };
    if (before.topic_status != options_.topic_status) take_back(before.topic_status);
    if (before.topic_incidents != options_.topic_incidents)
        for (const auto& incident : incidents_.open())
            take_back(fmt::format("{}/{}", before.topic_incidents, incident.id));
    if (before.state_topic.empty() || before.state_topic == options_.state_topic) return;
    for (const auto& record : store_.sensor_table().all()) take_back(state_topic_of(before, record.id));
}

void sensors::log_message(const codec::publish& packet) const {
    constexpr std::size_t shown = 256;
    log_.information("Received message on topic: {} with payload: {}", packet.topic, packet.payload.substr(0, shown));
}

} // namespace nightjar::plugins::sensors
