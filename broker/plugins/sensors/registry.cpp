#include "broker/plugins/sensors/registry.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

namespace nightjar::plugins::sensors {

namespace {

constexpr std::string_view unknown_type = "unknown";
// Of sensors that no topic's values are looked up for.
constexpr std::string_view own_id_source = "measurement", file_source = "import";

std::string default_name(std::string_view type, std::uint32_t id) { return fmt::format("{} {}", type, id); }

} // namespace

void registry::write_key(std::string& out, std::string_view source, std::string_view topic, std::string_view type,
                         std::string_view device) {
    constexpr char between = '\0'; // which no source and no topic has
    out.assign(source).append(1, between).append(topic).append(1, between);
    if (source == "dht11") out += type;
    if (source.starts_with("json ")) out += device;
}

std::string registry::key_of(std::string_view source, std::string_view topic, std::string_view type,
                             std::string_view device) {
    std::string key;
    write_key(key, source, topic, type, device);
    return key;
}

registry::registry(const options& settings, std::vector<storage::sensor_record> known,
                   std::vector<storage::sensor_record> merged, storage::sensor_id largest_given)
    : options_(settings) {
    leave_behind(largest_given);
    for (auto& record : known) {
        const auto id = record.id;
        const bool own_id = record.has_own_id();
        auto key = key_of(record.source, record.topic, record.type, record.device);
        auto& made = by_id_[id] = std::make_unique<sensor>(std::move(record));
        if (own_id) continue;
        by_key_.emplace(std::move(key), made.get());
        leave_behind(id);
    }
    for (auto& record : merged) {
        const auto into = by_id_.find(record.merged_into);
        if (into == by_id_.end()) continue;
        if (!record.has_own_id())
            by_key_.emplace(key_of(record.source, record.topic, record.type, record.device), into->second.get());
        merged_.emplace(record.id, std::move(record));
    }
}

// The next id that is given is above this one, if there is any.
void registry::leave_behind(storage::sensor_id id) {
    if (id >= next_auto_id_) next_auto_id_ = id + 1;
}

// A file may hold any id: one near the end would soon bring new ids around, to those of sensors that are gone.
bool registry::leaves_few_behind(storage::sensor_id id) const {
    constexpr auto last = std::numeric_limits<storage::sensor_id>::max();
    return id >= next_auto_id_ && id > options_.auto_id_start + (last - options_.auto_id_start) / 2;
}

// From auto_id_start up, and around; 0: all are given.
storage::sensor_id registry::free_id() {
    for (auto tries = by_id_.size() + merged_.size() + 1; tries > 0; --tries) {
        next_auto_id_ = std::max(next_auto_id_, options_.auto_id_start);
        const auto id = next_auto_id_++;
        if (!is_given(id)) return id; // a device may use ids up here too
    }
    return 0;
}

registry::answer registry::meet(const introduction& who) {
    const std::scoped_lock lock(mutex_);
    if (const auto why = refused(who, 1); !why.empty()) return {nullptr, why, {}};
    auto* known = find(who);
    if (known == nullptr) return create(who);
    return told(*known, learn(*known, who));
}

// With the mutex held.
registry::answer registry::told(sensor& known, bool news) {
    known.version.store(known.record.revision, std::memory_order_relaxed);
    return {&known, {}, known.record, known.record.revision, news};
}

std::string_view registry::refusal(const introduction& who, newcomers& of_message) const {
    const std::scoped_lock lock(mutex_);
    if (find(who) == nullptr) of_message.emplace(who.id, who.id == 0 ? who.key : std::string_view{});
    return refused(who, of_message.size());
}

// `more`: sensors that come with its message, itself among them if it is new.
std::string_view registry::refused(const introduction& who, std::size_t more) const {
    if (const auto* known = find(who)) {
        const auto merged = merged_.find(who.id);
        const auto& source = merged == merged_.end() ? known->record.source : merged->second.source;
        if (who.id != 0 && source != who.source) return "id_of_another_source";
        return speaks_otherwise(known->record, who.unit) ? "other_unit" : std::string_view{};
    }
    if (!options_.auto_create) return "unknown_sensor";
    return by_id_.size() + more > options_.max_sensors ? "too_many_sensors" : std::string_view{};
}

// Of what was merged all values have one unit: nobody could tell any more which of them came in which.
bool registry::speaks_otherwise(const storage::sensor_record& known, std::string_view unit) const {
    if (unit.empty() || known.unit.empty() || unit == known.unit) return false;
    return std::any_of(merged_.begin(), merged_.end(),
                       [&](const auto& part) { return part.second.merged_into == known.id; });
}

sensor* registry::owner(storage::sensor_id id) const {
    if (const auto merged = merged_.find(id); merged != merged_.end()) id = merged->second.merged_into;
    const auto found = by_id_.find(id);
    return found == by_id_.end() ? nullptr : found->second.get();
}

sensor* registry::find(const introduction& who) const {
    if (who.id != 0) return owner(who.id);
    const auto found = by_key_.find(std::string(who.key));
    return found == by_key_.end() ? nullptr : found->second;
}

registry::answer registry::create(const introduction& who) {
    const auto id = who.id != 0 ? who.id : free_id();
    if (id == 0) return {nullptr, "no_free_id", {}};
    storage::sensor_record record;
    record.id = id;
    record.type = who.type.empty() ? unknown_type : who.type;
    record.unit = who.unit;
    record.name = who.name.empty() ? default_name(record.type, id) : std::string(who.name);
    record.device = who.device;
    record.source = who.source;
    record.topic = who.topic;
    record.created_ms = who.now_ms;
    record.revision = first_revision_;
    auto made = std::make_unique<sensor>(record);
    auto* raw = made.get();
    by_id_.emplace(id, std::move(made));
    if (who.id == 0) by_key_.emplace(who.key, raw);
    return told(*raw, true);
}

registry::answer registry::adopt(storage::sensor_record like) {
    const std::scoped_lock lock(mutex_);
    if (auto* known = owner(like.id); known != nullptr) {
        introduction who;
        who.type = like.type;
        if (known->record.unit.empty()) who.unit = like.unit;
        return told(*known, learn(*known, who));
    }
    if (by_id_.size() >= options_.max_sensors) return {nullptr, "too_many_sensors", {}};
    if (like.type.empty()) like.type = unknown_type;
    if (like.name.empty()) like.name = default_name(like.type, like.id);
    if (like.source.empty()) like.source = own_id_source;
    like.revision = first_revision_;
    const auto key = key_of(like.source, like.topic, like.type, like.device);
    // Its topic's values go to another one.
    if (!like.has_own_id() && (by_key_.contains(key) || leaves_few_behind(like.id))) {
        like.source = file_source;
        like.topic.clear();
    }
    auto made = std::make_unique<sensor>(std::move(like));
    auto* raw = made.get();
    by_id_.emplace(raw->record.id, std::move(made));
    if (!raw->record.has_own_id()) {
        by_key_.emplace(key, raw);
        leave_behind(raw->record.id);
    }
    return told(*raw, true);
}

// A type stays as it is once known; a unit may change, unless refused() is against it. A sensor that was declared
// learns where its values come from.
bool registry::learn(sensor& known, const introduction& who) {
    auto& record = known.record;
    bool changed = false;
    if (record.type == unknown_type && !who.type.empty()) {
        if (record.name == default_name(unknown_type, record.id)) record.name = default_name(who.type, record.id);
        record.type = who.type;
        changed = true;
    }
    if (!who.unit.empty() && record.unit != who.unit) {
        record.unit = who.unit;
        changed = true;
    }
    if (record.topic.empty() && !who.topic.empty()) {
        record.topic = who.topic;
        changed = true;
    }
    record.revision += changed ? 1 : 0;
    return changed;
}

registry::answer registry::declare(storage::sensor_id id, const sensor_change& what, std::int64_t now_ms) {
    const std::scoped_lock lock(mutex_);
    if (by_id_.contains(id)) return {nullptr, "already_exists", {}};
    if (merged_.contains(id)) return {nullptr, "was_merged", {}};
    if (by_id_.size() >= options_.max_sensors) return {nullptr, "too_many_sensors", {}};
    storage::sensor_record record;
    record.id = id;
    record.type = unknown_type;
    record.source = own_id_source;
    record.created_ms = now_ms;
    record.revision = first_revision_;
    if (const auto why = apply(record, what); !why.empty()) return {nullptr, why, std::move(record)};
    if (!what.name) record.name = default_name(record.type, id);
    return told(*by_id_.emplace(id, std::make_unique<sensor>(std::move(record))).first->second, true);
}

registry::answer registry::change(storage::sensor_id id, const sensor_change& what) {
    const std::scoped_lock lock(mutex_);
    const auto found = by_id_.find(id);
    if (found == by_id_.end()) return {nullptr, "unknown_sensor", {}};
    auto& known = *found->second;
    auto record = known.record;
    if (const auto why = apply(record, what); !why.empty()) return {nullptr, why, std::move(record)};
    ++record.revision;
    known.record = std::move(record);
    return told(known, true);
}

std::vector<storage::sensor_record> registry::remove(storage::sensor_id id) {
    const std::scoped_lock lock(mutex_);
    std::vector<storage::sensor_record> removed;
    const auto found = by_id_.find(id);
    if (found == by_id_.end()) return removed;
    auto* known = found->second.get();
    for (const auto& [part, record] : merged_)
        if (record.merged_into == id) removed.push_back(record);
    for (const auto& part : removed) merged_.erase(part.id);
    removed.push_back(known->record);
    for (const auto& record : removed) first_revision_ = std::max(first_revision_, record.revision + 1);
    boost::unordered::erase_if(by_key_, [&](const auto& entry) { return entry.second == known; });
    retire(id);
    return removed;
}

// Workers that still point to it find out with its next value.
void registry::retire(storage::sensor_id id) {
    const auto found = by_id_.find(id);
    auto& known = *found->second;
    known.gone.store(true, std::memory_order_relaxed);
    known.version.store(known.record.revision + 1, std::memory_order_relaxed);
    gone_.push_back(std::move(found->second));
    by_id_.erase(found);
}

registry::merging registry::merge(storage::sensor_id id, storage::sensor_id into) {
    const std::scoped_lock lock(mutex_);
    const auto from = by_id_.find(id), to = by_id_.find(into);
    if (from == by_id_.end() || to == by_id_.end()) return {"unknown_sensor", {}, {}};
    if (id == into) return {"same_sensor", {}, {}};
    const auto& a = from->second->record;
    const auto& b = to->second->record;
    const auto differ = [](const std::string& x, const std::string& y, std::string_view unknown) {
        return x != y && x != unknown && y != unknown;
    };
    if (differ(a.type, b.type, unknown_type)) return {"other_type", {}, {}};
    if (differ(a.unit, b.unit, {})) return {"other_unit", {}, {}};
    merging done{{}, a, {a}};
    for (const auto& [part, record] : merged_)
        if (record.merged_into == id) done.changed.push_back(record);
    for (auto& record : done.changed) {
        record.merged_into = into;
        ++record.revision;
        merged_[record.id] = record;
    }
    for (auto& [key, known] : by_key_)
        if (known == from->second.get()) known = to->second.get();
    introduction what; // the other may not know it of itself
    if (b.type == unknown_type) what.type = done.from.type;
    if (b.unit.empty()) what.unit = done.from.unit;
    if (learn(*to->second, what)) done.changed.push_back(told(*to->second, true).record);
    retire(id);
    return done;
}

registry::merging registry::unmerge(storage::sensor_id id) {
    const std::scoped_lock lock(mutex_);
    const auto part = merged_.find(id);
    if (part == merged_.end()) return {"not_merged", {}, {}};
    if (by_id_.size() >= options_.max_sensors) return {"too_many_sensors", {}, {}};
    auto record = std::move(part->second);
    merged_.erase(part);
    auto& other = *by_id_.at(record.merged_into);
    record.merged_into = 0;
    ++record.revision;
    auto* made = by_id_.emplace(id, std::make_unique<sensor>(record)).first->second.get();
    if (!record.has_own_id()) by_key_[key_of(record.source, record.topic, record.type, record.device)] = made;
    ++other.record.revision; // workers that know this one as the other ask anew
    return {{}, record, {record, told(other, true).record}};
}

// Why not, or nothing. What a sensor is known by cannot change: its next value would make another one.
std::string_view registry::apply(storage::sensor_record& record, const sensor_change& what) const {
    const auto key = [&] { return key_of(record.source, record.topic, record.type, record.device); };
    const auto before = key();
    for (const auto& [told, into] : {std::pair(&what.name, &record.name), std::pair(&what.type, &record.type),
                                     std::pair(&what.unit, &record.unit), std::pair(&what.device, &record.device)})
        if (*told) *into = **told;
    if (!record.has_own_id() && key() != before) return "part_of_identity";
    if (what.range_of_configuration) record.range.reset();
    if (what.min || what.max) {
        const auto now = options_.threshold_of(record);
        record.range = {what.min.value_or(now.min), what.max.value_or(now.max)};
        if (record.range->min > record.range->max) return "min_above_max";
    }
    const bool chosen = record.range && (what.min || what.max || what.type); // the configuration's is told at its line
    if (!chosen || !options_.auto_close || options_.watch_rule_of(record).can_close()) return {};
    return "below_hysteresis";
}

std::uint32_t registry::note_sender(sensor& s, std::string_view client_id, std::string_view user_name) {
    const std::scoped_lock lock(mutex_);
    s.client_id = client_id;
    s.user_name = user_name;
    return s.sender.fetch_add(1, std::memory_order_relaxed) + 1;
}

sensor* registry::with_key(std::string_view key) const {
    const std::scoped_lock lock(mutex_);
    const auto found = by_key_.find(std::string(key));
    return found == by_key_.end() ? nullptr : found->second;
}

std::optional<registry::live> registry::live_of(storage::sensor_id id) const {
    const std::scoped_lock lock(mutex_);
    const auto found = by_id_.find(id);
    if (found == by_id_.end()) return std::nullopt;
    const auto& s = *found->second;
    return live{s.client_id, s.user_name, s.not_a_number.load(std::memory_order_relaxed),
                s.says_not_a_number.load(std::memory_order_relaxed)};
}

std::vector<storage::sensor_id> registry::fed_by(std::string_view client_id) const {
    std::vector<storage::sensor_id> result;
    if (client_id.empty()) return result;
    const std::scoped_lock lock(mutex_);
    for (const auto& [id, known] : by_id_)
        if (known->client_id == client_id) result.push_back(id);
    std::sort(result.begin(), result.end());
    return result;
}

storage::sensor_record registry::record_of(const sensor& s) const {
    const std::scoped_lock lock(mutex_);
    return s.record;
}

std::optional<storage::sensor_record> registry::find(storage::sensor_id id) const {
    const std::scoped_lock lock(mutex_);
    const auto found = by_id_.find(id);
    return found == by_id_.end() ? std::nullopt : std::optional(found->second->record);
}

void registry::each(const std::function<void(sensor&)>& what) const {
    const std::scoped_lock lock(mutex_);
    for (const auto& [id, known] : by_id_) what(*known);
}

std::size_t registry::size() const {
    const std::scoped_lock lock(mutex_);
    return by_id_.size();
}

} // namespace nightjar::plugins::sensors
