// All sensors of the process: made on their first value, until somebody removes them. Any worker asks; a mutex inside,
// taken when a worker meets a sensor for the first time or a sensor changes, not for each value.
#pragma once

#include "broker/plugins/sensors/options.hpp"
#include "broker/plugins/sensors/sensor_command.hpp"
#include "storage/records.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

namespace nightjar::plugins::sensors {

struct sensor {
    explicit sensor(storage::sensor_record r) : record(std::move(r)), version(record.revision) {}

    storage::sensor_record record;          // guarded by the registry's mutex, but the id, which never changes
    std::atomic<std::uint32_t> version;     // the record's revision; moves when it has changed
    std::atomic<bool> gone{false};          // removed; kept for workers that still point here
    std::atomic<bool> has_incident{false};  // one is open, or about to be: every value is looked at
    std::atomic<std::int64_t> newest_us{0}; // arrival of its newest value, on whatever worker

    std::string client_id, user_name;           // who sent its newest value; guarded by the registry's mutex
    std::atomic<std::uint32_t> sender{0};       // moves when that changes
    std::atomic<std::uint64_t> not_a_number{0}; // payloads such as "nan" in place of a value
    std::atomic<bool> says_not_a_number{false}; // the newest was one
};

// What a value says of its sensor.
struct introduction {
    std::uint32_t id = 0;  // the device's own, 0: one is given
    std::string_view key;  // of sensors without an id of their own: what tells them apart, see key_of()
    std::string_view name; // for a new one; empty: "<type> <id>"
    std::string_view type, unit, device, source, topic;
    std::int64_t now_ms = 0;
};

class registry {
  public:
    // `merged`: into some of those that are known. `largest_given`: new ids are above it.
    registry(const options& settings, std::vector<storage::sensor_record> known,
             std::vector<storage::sensor_record> merged = {}, storage::sensor_id largest_given = 0);

    struct answer {
        sensor* found = nullptr;
        std::string_view rejected;     // why there is none
        storage::sensor_record record; // as it is now; as it cannot be, where that is why
        std::uint32_t version = 0;     // of it
        bool news = false;             // it is new, or has changed
    };
    answer meet(const introduction& who);
    // New sensors of one message: their ids, or 0 and a key.
    using newcomers = std::set<std::pair<storage::sensor_id, std::string>>;
    // Why meet() would refuse, or nothing. `of_message`: those that come before this one, which is added if it is new.
    std::string_view refusal(const introduction& who, newcomers& of_message) const;

    // What people do. Refused: "already_exists", "was_merged", "too_many_sensors", "unknown_sensor",
    // "part_of_identity", "min_above_max" or "below_hysteresis".
    answer declare(storage::sensor_id id, const sensor_change& what, std::int64_t now_ms);
    answer change(storage::sensor_id id, const sensor_change& what);
    // As it was, and before it those that had been merged into it; empty: there is none.
    std::vector<storage::sensor_record> remove(storage::sensor_id id);
    // From now on what is said of `id` is said of `into`. Refused: "unknown_sensor", "same_sensor", "other_type" or
    // "other_unit".
    struct merging {
        std::string_view rejected;
        storage::sensor_record from;                 // as it was
        std::vector<storage::sensor_record> changed; // to be stored
    };
    merging merge(storage::sensor_id id, storage::sensor_id into);
    // What was merged is a sensor again, `from` as it is now; what it was merged before stays with the other. Refused:
    // "not_merged" or "too_many_sensors".
    merging unmerge(storage::sensor_id id);
    // The sensor with this id of a history that is taken over; made as `like` says if there is none. One that is there
    // only learns its type and unit, where it had none. Its topic's values go to another one, if they do so already or
    // its id is far above those that are given.
    answer adopt(storage::sensor_record like);

    std::uint32_t note_sender(sensor& s, std::string_view client_id, std::string_view user_name);
    sensor* with_key(std::string_view key) const; // null: there is none

    // What is known of a sensor since the start.
    struct live {
        std::string client_id, user_name; // empty: no value has come
        std::uint64_t not_a_number = 0;
        bool says_not_a_number = false;
    };
    std::optional<live> live_of(storage::sensor_id id) const;
    std::vector<storage::sensor_id> fed_by(std::string_view client_id) const; // ascending

    storage::sensor_record record_of(const sensor& s) const;
    std::optional<storage::sensor_record> find(storage::sensor_id id) const;
    // With the mutex held: do little, and do not call back.
    void each(const std::function<void(sensor&)>& what) const;
    std::size_t size() const;

    // The key under which a stored sensor of a topic is found again; of dht11 its type counts, of json its device.
    static std::string key_of(std::string_view source, std::string_view topic, std::string_view type,
                              std::string_view device = {});
    static void write_key(std::string& out, std::string_view source, std::string_view topic, std::string_view type,
                          std::string_view device);

  private:
    sensor* find(const introduction& who) const;
    sensor* owner(storage::sensor_id id) const; // the sensor, or what it was merged into
    bool is_given(storage::sensor_id id) const { return by_id_.contains(id) || merged_.contains(id); }
    void leave_behind(storage::sensor_id id);
    bool leaves_few_behind(storage::sensor_id id) const;
    storage::sensor_id free_id();
    void retire(storage::sensor_id id);
    answer create(const introduction& who);
    std::string_view refused(const introduction& who, std::size_t more) const;
    bool speaks_otherwise(const storage::sensor_record& known, std::string_view unit) const;
    static bool learn(sensor& known, const introduction& who);
    static answer told(sensor& known, bool news);
    std::string_view apply(storage::sensor_record& record, const sensor_change& what) const;

    const options& options_;
    mutable std::mutex mutex_; // guards all below, and the records
    boost::unordered_flat_map<std::uint32_t, std::unique_ptr<sensor>> by_id_;
    boost::unordered_flat_map<std::string, sensor*> by_key_;
    storage::sensor_id next_auto_id_ = 1;       // where free_id() looks first
    std::uint32_t first_revision_ = 0;          // of new sensors: above those of removed ones
    std::vector<std::unique_ptr<sensor>> gone_; // removed, or merged
    boost::unordered_flat_map<std::uint32_t, storage::sensor_record> merged_; // by id; into one that is in by_id_
};

} // namespace nightjar::plugins::sensors
