// What one writer wants committed together. Filled by a worker during a loop turn, read by the commit thread.
#pragma once

#include "storage/loggable.hpp"
#include "storage/records.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace nightjar::storage {

using session_number = std::uint64_t;         // 48 bits, never used again
constexpr session_number retained_holder = 0; // stands in recipient lists for "the retained message of its topic"

// Who gets a message that is being stored. `owner` is the broker's word for the session, with its number in the low
// 48 bits; the rest is not stored.
struct recipient {
    std::uint64_t owner = 0;
    std::uint8_t qos = 0;     // granted, 1 or 2; the message's own may be lower, but not 0
    bool as_retained = false; // to be sent with RETAIN 1

    session_number number() const { return owner & 0xFFFF'FFFF'FFFF; }
};
using recipient_list = std::shared_ptr<const std::vector<recipient>>;

// A message on its way into the log: stored once, for all `recipients`, and, if `retained`, as the retained message of
// its topic.
struct message_entry {
    loggable_ptr message;
    const std::vector<recipient>* recipients = nullptr; // in the batch's lists; may be null
    bool retained = false;

    std::int32_t holders() const {
        return static_cast<std::int32_t>((recipients != nullptr ? recipients->size() : 0) + (retained ? 1U : 0U));
    }
};

// How far a session is with a message. Grows only.
enum class step : std::uint8_t {
    queued,
    sent,     // with a packet id that stays until it is done
    released, // QoS 2: PUBREC has come
    done,     // acknowledged to the end, or dropped
};

struct progress_entry {
    loggable_ptr message;
    session_number session = 0;
    std::uint16_t packet_id = 0; // of sent and released
    storage::step step = step::done;
};

// A session as it is kept: what is not in its subscriptions, messages and inbound packet ids.
struct session_record {
    session_number number = 0;
    std::string client_id;
    std::string user_name;
    std::int64_t offline_since_ms = 0; // wall clock, since 1970; 0: connected
    loggable_ptr will;                 // of a connected client; may be null
};

struct put_session {
    session_record record;
};
struct remove_session {
    session_number number = 0;
};
struct put_subscription {
    session_number number = 0;
    std::string filter;
    std::uint8_t qos = 0;
};
struct remove_subscription {
    session_number number = 0;
    std::string filter;
};
// QoS 2 inbound: a packet id whose message has been taken and whose PUBREL has not come, or has.
struct put_inbound {
    session_number number = 0;
    std::uint16_t packet_id = 0;
};
struct remove_inbound {
    session_number number = 0;
    std::uint16_t packet_id = 0;
};

using session_change =
    std::variant<put_session, remove_session, put_subscription, remove_subscription, put_inbound, remove_inbound>;

// A sensor that is gone, with all its values up to now and its record up to this revision.
struct sensor_removal {
    sensor_id sensor = 0;
    std::uint32_t revision = 0;
};

// All or nothing. Sensors are removed before anything else is written. Messages come before progress; session changes
// keep their order.
struct write_batch {
    write_batch() = default;
    explicit write_batch(std::uint8_t of) : writer(of) {}

    std::vector<sensor_removal> removed_sensors;
    std::vector<sensor_record> sensors;
    std::vector<incident_record> incidents;
    std::vector<incident_step> incident_steps;
    std::vector<notification_record> notifications;
    std::vector<notification_id> old_notifications; // to be removed
    std::vector<measurement> measurements;
    std::vector<measurement> history; // their arrival is told, not the clock's: times are kept to the millisecond
    std::vector<message_entry> messages;
    std::vector<recipient_list> lists; // what the messages' recipients point to
    std::size_t message_bytes = 0;     // about, of the messages
    std::vector<progress_entry> progress;
    std::vector<session_change> sessions;
    std::uint8_t writer = 0; // told apart from others by this number; 0: it does not take messages out again
    bool soon_done = false;  // some of the messages have been sent to clients that are there

    // About how much work it is to write, in rows.
    std::size_t weight() const {
        constexpr std::size_t of_removal = 1024; // hours, and the rows that are in no block
        return removed_sensors.size() * of_removal + sensors.size() + incidents.size() + incident_steps.size() +
               notifications.size() + old_notifications.size() + measurements.size() + history.size() +
               messages.size() + progress.size() + sessions.size() + message_bytes / 256;
    }
    // What the batch says of the sensor so far goes too.
    void remove_sensor(sensor_removal what) {
        std::erase_if(sensors, [&](const auto& s) { return s.id == what.sensor; });
        std::erase_if(measurements, [&](const auto& m) { return m.sensor == what.sensor; });
        std::erase_if(history, [&](const auto& m) { return m.sensor == what.sensor; });
        removed_sensors.push_back(what);
    }
    // Messages of one topic follow each other and share their list.
    void add(loggable_ptr m, std::size_t size, const recipient_list& recipients, bool retained) {
        message_bytes += size;
        if (recipients && (lists.empty() || lists.back() != recipients)) lists.push_back(recipients);
        messages.push_back({std::move(m), recipients.get(), retained});
        const auto& entry = messages.back();
        if (const auto holders = entry.holders(); writer != 0 && holders < batch_place::given_away)
            entry.message->in_batch() = {writer, static_cast<std::uint16_t>(holders)};
    }
    void note(progress_entry entry) {
        if (auto& here = entry.message->in_batch();
            writer != 0 && here.writer == writer && here.open != batch_place::given_away && entry.step == step::done) {
            // A retained message of an earlier batch is written: the one in its place may come to the disk later.
            const bool counts = entry.session != retained_holder || is_here(*entry.message);
            if (counts && --here.open == 0) return;
        }
        progress.push_back(std::move(entry));
    }
    // Of one that this writer gave to this batch or to an earlier one: its ids grow.
    bool is_here(const loggable& m) const {
        return !messages.empty() && m.place().id >= messages.front().message->place().id;
    }
    // The last thing its writer does: what all its holders are done with need not be written.
    void drop_done() {
        const auto is_done = [this](const auto& entry) {
            const auto& here = entry.message->in_batch();
            return here.writer == writer && here.open == 0;
        };
        if (writer == 0) return;
        std::erase_if(progress, is_done);
        std::erase_if(messages, is_done);
        if (messages.empty()) message_bytes = 0;
        for (const auto& entry : messages) entry.message->in_batch().open = batch_place::given_away;
    }
    // Room for as much as another one had: a busy worker's turns are alike.
    void reserve_like(std::size_t message_count, std::size_t progress_count) {
        constexpr std::size_t most = 8192;
        messages.reserve(std::min(message_count, most));
        progress.reserve(std::min(progress_count, most));
    }

    bool empty() const {
        return removed_sensors.empty() && sensors.empty() && incidents.empty() && incident_steps.empty() &&
               notifications.empty() && old_notifications.empty() && measurements.empty() && history.empty() &&
               messages.empty() && progress.empty() && sessions.empty();
    }
};

} // namespace nightjar::storage
