#include "broker/plugins/sensors/sensors.hpp"

#include "broker/codec/topic.hpp"
#include "broker/plugins/sensors/discovery.hpp"
#include "broker/plugins/sensors/messages.hpp"
#include "storage/store.hpp"

#include <algorithm>
#include <cstdlib>

#include <boost/unordered/unordered_flat_map.hpp>
#include <fmt/format.h>

namespace nightjar::plugins::sensors {

using nightjar::plugin::hook;
using nightjar::plugin::publish_outcome;

namespace {

constexpr std::int64_t state_pause_us = 100'000; // a sensor's state topic changes ten times a second at most
// What a topic is to us, besides the number of its source in the low half.
constexpr nightjar::plugin::topic_tag log_bit = nightjar::plugin::topic_tag{1} << 32;
constexpr nightjar::plugin::topic_tag command_bit = nightjar::plugin::topic_tag{1} << 33;
constexpr nightjar::plugin::topic_tag birth_bit = nightjar::plugin::topic_tag{1} << 34; // Home Assistant's
constexpr nightjar::plugin::topic_tag control_bit = nightjar::plugin::topic_tag{1} << 35;
constexpr nightjar::plugin::topic_tag source_bits = log_bit - 1;

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
    case format::json: return "json";
    }
    return "plain";
}

std::string_view source_of(format f, const reading& r) { return r.source.empty() ? source_name(f) : r.source; }

// The n-th level from the end, 0 the last.
codec::bytes level_from_end(codec::bytes topic, unsigned n) {
    for (; n > 0; --n) topic = topic.substr(0, topic.rfind('/'));
    return topic.substr(topic.rfind('/') + 1);
}

// Whose values they are: told by the payload, otherwise by the topic.
std::string_view device_of(format f, codec::bytes topic, const reading& r) {
    if (!r.device.empty()) return r.device;
    return level_from_end(topic, f == format::json ? 0 : 1);
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
    std::string texts;                  // memory for those of the next payload
    std::vector<acquaintance*> waiting; // states to publish

    void reconfigured(const options& now) {
        const auto update = [&](acquaintance& known) {
            known.rule = now.watch_rule_of(known.record);
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
        registry::write_key(key, source_of(source, r), topic, r.type, device_of(source, topic, r));
        const auto found = by_key.find(key);
        return found == by_key.end() ? nullptr : found->second.get();
    }
};

sensors::sensors(options settings, storage::store& store, log::logger& log, std::function<broker_facts()> facts,
                 unsigned workers)
    : options_(std::move(settings)), log_(log), facts_(std::move(facts)), store_(store),
      registry_(options_, store.sensor_table().all(), store.sensor_table().merged(),
                store.sensor_table().largest_given()),
      notifier_(options_.alerts, store, log), history_(store),
      incidents_(options_, registry_, open_incidents(store), store.incident_table().last_id(), &notifier_),
      rejections_(log) {
    for (unsigned i = 0; i < workers; ++i) workers_.push_back(std::make_unique<worker_part>());
    warn_of_narrow_ranges();
}

sensors::~sensors() = default;

void sensors::stop_threads() { notifier_.stop(); }

std::uint8_t sensors::hooks() const { return hook::publish | hook::tick | hook::http; }

// Worker 0 speaks for the plugin. Retained messages did not survive the restart, so they are said again.
void sensors::start(host& host) {
    if (host.worker_index() == 0) publish_all(host);
}

void sensors::stop(host& host) {
    if (host.worker_index() == 0) announce_moved(host);
    for (auto* known : std::exchange(workers_[host.worker_index()]->waiting, {}))
        if (known->state_waits) publish_waiting(host, *known);
    if (host.worker_index() != 0) return;
    host.publish(options_.topic_status, status_message(false, host.now_us() / 1000), codec::qos::at_least_once, true);
}

std::optional<nightjar::plugin::topic_tag> sensors::interest(codec::bytes topic) const {
    nightjar::plugin::topic_tag tag = 0;
    for (std::size_t i = 0; i < options_.sources.size() && tag == 0; ++i)
        if (codec::topic_matches(options_.sources[i].filter, topic)) tag = i + 1;
    for (const auto& filter : options_.log_topics)
        if (codec::topic_matches(filter, topic)) tag |= log_bit;
    if (topic == options_.topic_incidents) tag |= command_bit;
    if (topic == control_topic) tag |= control_bit;
    if (options_.homeassistant && topic == birth_topic(options_)) tag |= birth_bit;
    return tag == 0 ? std::nullopt : std::optional(tag);
}

publish_outcome sensors::on_publish(host& host, const nightjar::plugin::publish_event& event) {
    if ((event.tag & log_bit) != 0) log_message(event.packet);
    if ((event.tag & command_bit) != 0) return on_command(host, event);
    if ((event.tag & control_bit) != 0) return on_control(host, event);
    if ((event.tag & birth_bit) != 0 && event.packet.payload == "online") publish_discovery(host);
    const auto number = event.tag & source_bits;
    if (number == 0) return publish_outcome::pass;
    if (paused_.load(std::memory_order_relaxed)) {
        if (event.report != nullptr) event.report->rejected = "paused";
        return publish_outcome::pass;
    }
    if (event.repeated) return publish_outcome::pass; // nothing to wait for: there is nothing to write
    const auto& rule = options_.sources[number - 1];
    auto& memory = workers_[host.worker_index()]->texts;
    auto values = parse(rule, event.packet, memory);
    std::string_view rejected = values.rejected;
    if (rejected.empty()) rejected = refusal(host, rule, event.packet.topic, values.readings); // all or nothing
    boost::container::small_vector<acquaintance*, 4> known;
    for (const auto& r : values.readings)
        known.push_back(rejected.empty() ? meet(host, rule, event.packet.topic, r, rejected) : nullptr);
    if (!rejected.empty()) {
        if (rejected == "not_a_number") note_no_number(host, rule, event.packet.topic);
        rejections_.add(event.packet.topic, event.packet.payload, rejected, host.now_us() / 1000);
        if (event.report != nullptr) event.report->rejected = rejected;
        return publish_outcome::pass;
    }
    for (std::size_t i = 0; i < known.size(); ++i) store_value(host, *known[i], values.readings[i], event);
    // NOLINTNEXTLINE(clang-analyzer-cplusplus.Move): parse() has taken it or not
    if (values.texts.capacity() > memory.capacity()) memory = std::move(values.texts);
    return options_.sync ? publish_outcome::stored : publish_outcome::pass;
}

parsed sensors::parse(const source_rule& rule, const codec::publish& packet, std::string& memory) {
    switch (rule.format) {
    case format::dht11: return parse_dht11(packet.payload);
    case format::measurement: return parse_measurement(packet.payload, std::move(memory));
    case format::plain: return parse_plain(packet.payload, level_from_end(packet.topic, 0));
    case format::json: return parse_json(packet.payload, rule.fields, std::move(memory));
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
    registry::newcomers others;
    for (const auto& r : readings) {
        const auto* known = mine.find(rule.format, topic, r);
        if (known != nullptr && still_true(*known, r)) continue;
        const introduction who{r.id, mine.key, {}, r.type, r.unit, {}, source_of(rule.format, r), topic, 0};
        if (const auto why = registry_.refusal(who, others); !why.empty()) return why;
    }
    return {};
}

sensors::acquaintance* sensors::meet(host& host, const source_rule& rule, codec::bytes topic, const reading& r,
                                     std::string_view& rejected) {
    auto& mine = *workers_[host.worker_index()];
    const bool own_id = rule.format == format::measurement;
    auto* known = mine.find(rule.format, topic, r);
    if (known != nullptr && still_true(*known, r)) return known;

    introduction who{r.id, mine.key, {}, r.type, r.unit, {}, source_of(rule.format, r), topic, host.now_us() / 1000};
    std::string name;
    if (!own_id) {
        who.device = device_of(rule.format, topic, r);
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
    if (known.who != answer.found) { // new to us, or in the place of one that was removed
        known.state_topic.clear();
        known.state_sent_us = 0;
        known.state_waits = false;
        known.client_id.clear();
        known.sender = 0;
    }
    known.who = answer.found;
    known.record = std::move(answer.record);
    known.version = answer.version;
    known.rule = options_.watch_rule_of(known.record);
    if (incidents_.is_watched(known.record.id)) known.who->has_incident.store(true, std::memory_order_relaxed);
    host.batch().sensors.push_back(known.record);
    if (answer.news) publish_discovery(host, known.record);
}

void sensors::store_value(host& host, acquaintance& known, const reading& r,
                          const nightjar::plugin::publish_event& event) {
    auto* report = event.report;
    const auto now_ms = host.now_us() / 1000;
    std::int64_t offset = r.time_ms ? *r.time_ms - now_ms : 0;
    if (std::abs(offset) > options_.max_clock_skew * 1000) { // a device without a clock says 1970
        rejections_.note("bad_clock");
        offset = 0;
    }
    host.batch().measurements.push_back({known.record.id, static_cast<std::int32_t>(offset), host.now_us(), r.value});
    if (report != nullptr) report->sensors.push_back(known.record.id);

    const bool look = known.who->has_incident.load(std::memory_order_relaxed) || !known.rule.range.contains(r.value);
    if (look) {
        const auto opened = incidents_.observe(host, {*known.who, known.record, r.value, known.rule});
        if (opened != 0 && report != nullptr) report->incidents.push_back(opened);
    }
    known.seen_us = host.now_us();
    known.who->newest_us.store(known.seen_us, std::memory_order_relaxed);
    if (known.who->says_not_a_number.load(std::memory_order_relaxed))
        known.who->says_not_a_number.store(false, std::memory_order_relaxed);
    note_sender(known, event.client);
    known.last_value = r.value;
    known.last_time_ms = now_ms + offset;
    say_state(host, known);
}

void sensors::note_sender(acquaintance& known, const nightjar::plugin::client& who) {
    if (known.sender == known.who->sender.load(std::memory_order_relaxed) && known.client_id == who.client_id) return;
    known.client_id = who.client_id;
    known.sender = registry_.note_sender(*known.who, who.client_id, who.user_name);
}

// A sensor that is known by its topic says "nan": a DHT11 that cannot be read does.
void sensors::note_no_number(host& host, const source_rule& rule, codec::bytes topic) {
    if (rule.format != format::plain) return;
    auto& mine = *workers_[host.worker_index()];
    auto* known = mine.find(rule.format, topic, {});
    const bool fresh = known != nullptr && !known->who->gone.load(std::memory_order_relaxed) &&
                       known->version == known->who->version.load(std::memory_order_relaxed);
    auto* who = fresh ? known->who : registry_.with_key(mine.key);
    if (who == nullptr) return;
    if (known != nullptr && known->who != who) known = nullptr; // it was merged, or taken out, or made anew
    who->not_a_number.fetch_add(1, std::memory_order_relaxed);
    who->says_not_a_number.store(true, std::memory_order_relaxed);
    if (known == nullptr) return;
    known->seen_us = host.now_us();
    who->newest_us.store(known->seen_us, std::memory_order_relaxed);
    known->last_value.reset();
    known->last_time_ms = host.now_us() / 1000;
    say_state(host, *known);
}

void sensors::say_state(host& host, acquaintance& known) {
    if (options_.state_topic.empty()) return;
    if (host.now_us() - known.state_sent_us >= state_pause_us || host.now_us() < known.state_sent_us) {
        publish_state(host, known);
    } else if (!std::exchange(known.state_waits, true)) {
        workers_[host.worker_index()]->waiting.push_back(&known);
    }
}

// What becomes due while nothing comes.
void sensors::watch_time(host& host) {
    if (paused_.load(std::memory_order_relaxed)) { // nobody is heard now, and nobody told of anything
        silence_.start_anew();
        return incidents_.stand_still(host);
    }
    for (const auto& s : silence_.look(options_, registry_, host.steady_ms()))
        incidents_.note_silence(host, *s.who, s.record, s.seconds);
    incidents_.on_tick(host);
}

void sensors::on_tick(host& host) {
    if (host.worker_index() == 0) {
        announce_moved(host);
        watch_pause(host);
        watch_time(host);
    }
    for (auto* known : std::exchange(workers_[host.worker_index()]->waiting, {}))
        if (known->state_waits) publish_waiting(host, *known);
}

void sensors::reconfigure(options next) {
    const bool moved = next.topic_status != options_.topic_status || next.state_topic != options_.state_topic ||
                       next.topic_incidents != options_.topic_incidents ||
                       next.homeassistant != options_.homeassistant ||
                       next.homeassistant_prefix != options_.homeassistant_prefix;
    const auto before = moved ? retained_topics() : std::vector<std::string>();
    options_ = std::move(next);
    if (moved) note_moved(before);
    notifier_.configure(options_.alerts);
    for (const auto& mine : workers_) mine->reconfigured(options_);
    warn_of_narrow_ranges();
}

// Limits that people set were wide enough for the hysteresis of that day.
void sensors::warn_of_narrow_ranges() const {
    constexpr std::size_t most = 10; // lines
    if (!options_.auto_close) return;
    std::vector<std::pair<storage::sensor_id, watch_rule>> narrow;
    registry_.each([&](const sensor& s) {
        if (!s.record.range) return; // the configuration's are told at their lines
        const auto rule = options_.watch_rule_of(s.record);
        if (!rule.can_close()) narrow.emplace_back(s.record.id, rule);
    });
    for (std::size_t n = 0; n < std::min(narrow.size(), most); ++n) {
        const auto& [id, rule] = narrow[n];
        log_.warning(
            "Warning: sensors: the limits of sensor {}, {} to {}, are narrower than twice plugin_opt_hysteresis, which "
            "is {} now: no value could close an incident, people alone could.",
            id, rule.range.min, rule.range.max, rule.hysteresis);
    }
    if (narrow.size() > most) log_.warning("Warning: sensors: so are those of {} more.", narrow.size() - most);
}

void sensors::log_message(const codec::publish& packet) const {
    constexpr std::size_t shown = 256;
    log_.information("Received message on topic: {} with payload: {}", packet.topic, packet.payload.substr(0, shown));
}

} // namespace nightjar::plugins::sensors
