#include "storage/message_log.hpp"

#include "storage/record_bytes.hpp"

#include <algorithm>
#include <span>
#include <tuple>

namespace nightjar::storage {

namespace {

constexpr std::uint8_t format = 1;
constexpr const char *messages_name = "messages", *progress_name = "progress";
constexpr std::uint8_t qos_bits = 0x03, retain_bit = 0x04, held_bit = 0x08, as_retained_bit = 0x80;
constexpr std::size_t progress_entry_size = 1 + 6 + 8 + 2, recipient_size = 6 + 1;
constexpr std::uint64_t garbage_allowed = 65'536; // progress entries
constexpr int cleaned_per_commit = 64;            // progress records

void append_u48(std::string& out, std::uint64_t value) {
    const auto raw = big_endian(value);
    out.append(raw.data() + 2, 6);
}

std::uint64_t read_u48(std::string_view bytes) {
    return read_big_endian<std::uint32_t>(bytes) * (std::uint64_t{1} << 16) + read_big_endian<std::uint16_t>(bytes, 4);
}

struct progress_on_disk {
    message_id message;
    session_number session;
    std::uint16_t packet_id;
    storage::step step;
};

// Calls each(entry, its bytes).
template <typename Each>
void read_progress(std::string_view key, std::string_view value, Each each) {
    record_reader in(progress_name, format, key, value);
    for (auto left = in.number<std::uint32_t>(); left > 0; --left) {
        const auto bytes = in.raw(progress_entry_size);
        each(progress_on_disk{read_big_endian<message_id>(bytes, 7), read_u48(bytes.substr(1)),
                              read_big_endian<std::uint16_t>(bytes, 15), static_cast<step>(bytes[0])},
             bytes);
    }
}

} // namespace

message_log::message_log(const lmdb::environment& env, lmdb::transaction& opening)
    : env_(env), messages_(opening.open(messages_name)), progress_(opening.open(progress_name)) {}

// --- writing

// What a place was before it was written or forgotten, in case the transaction fails. What stage() counts is counted
// back by dropped(). Most messages are done with before they come to the disk, and should cost as little as can be.
log_place& message_log::touch(const loggable& m) {
    undo_.emplace_back(&m.place(), m.place());
    return m.place();
}

void message_log::stage(const write_batch& batch) {
    for (const auto& entry : batch.messages) {
        entry.message->place().outstanding += entry.holders();
        fresh_.push_back(&entry);
    }
    for (const auto& entry : batch.progress) {
        if (entry.message->place().id == 0) continue; // never given to the log
        steps_.push_back(&entry);
    }
}

void message_log::count_done(const write_batch& batch, std::int32_t times) {
    for (const auto& entry : batch.progress)
        if (entry.step == step::done) entry.message->place().outstanding -= times;
}

void message_log::write(lmdb::transaction& txn) {
    for (const auto id : unwanted_) {
        const auto key = big_endian(id);
        txn.remove(messages_, view<message_id>(key));
    }
    wanted_.clear();
    for (const auto* entry : fresh_) {
        const auto& place = entry->message->place();
        if (place.outstanding > 0) {
            wanted_.push_back(entry);
        } else if (place.entries > 0) {
            forget(txn, touch(*entry->message)); // done with before it was written
        }
    }
    // Each worker's ids grow; sorted, all of them can be appended.
    const auto by_id = [](const message_entry* a, const message_entry* b) {
        return a->message->place().id < b->message->place().id;
    };
    if (!std::is_sorted(wanted_.begin(), wanted_.end(), by_id)) std::sort(wanted_.begin(), wanted_.end(), by_id);
    for (const auto* entry : wanted_) put(txn, *entry);
    append_progress(txn);
    clean(txn);
}

void message_log::put(lmdb::transaction& txn, const message_entry& entry) {
    const auto& m = *entry.message;
    auto flags = static_cast<std::uint8_t>(m.qos_number() & qos_bits);
    if (m.retain_flag()) flags |= retain_bit;
    if (entry.retained) flags |= held_bit;
    record_writer out(format, scratch_);
    out.number(flags);
    out.number(static_cast<std::uint32_t>(entry.recipients != nullptr ? entry.recipients->size() : 0));
    if (entry.recipients != nullptr) {
        for (const auto& r : *entry.recipients) {
            out.u48(r.number());
            const auto qos = std::min(r.qos, m.qos_number());
            out.number(static_cast<std::uint8_t>(qos | (r.as_retained ? as_retained_bit : 0)));
        }
    }
    out.text(m.topic_text());
    out.raw(m.payload_bytes());
    auto& place = touch(m);
    const auto key = big_endian(place.id);
    const bool appends = place.id > now_.largest_id;
    txn.put(messages_, view<message_id>(key), out.finish(view<message_id>(key)), appends ? MDB_APPEND : 0U);
    now_.largest_id = std::max(now_.largest_id, place.id);
    place.written = 1;
}

// Nobody waits for it any more.
void message_log::forget(lmdb::transaction& txn, log_place& place) {
    const auto key = big_endian(place.id);
    if (place.written) txn.remove(messages_, view<message_id>(key));
    now_.live -= place.entries;
    place.written = 0;
    place.entries = 0;
}

void message_log::append_progress(lmdb::transaction& txn) {
    entries_.clear();
    entry_count_ = 0;
    for (const auto* entry : steps_) {
        const auto& now = entry->message->place();
        if (now.outstanding == 0) {
            if (now.written || now.entries > 0) forget(txn, touch(*entry->message));
            continue;
        }
        auto& place = touch(*entry->message);
        entries_.push_back(static_cast<char>(entry->step));
        append_u48(entries_, entry->session);
        const auto id = big_endian(place.id);
        entries_.append(id.data(), id.size());
        const auto packet_id = big_endian(entry->packet_id);
        entries_.append(packet_id.data(), packet_id.size());
        ++entry_count_;
        ++place.entries;
        ++now_.live;
    }
    now_.entries += entry_count_;
}

// Reads the oldest progress records while too much of them is garbage; what still counts goes on to the new record.
void message_log::clean(lmdb::transaction& txn) {
    for (int n = 0; n < cleaned_per_commit && now_.entries > 2 * now_.live + garbage_allowed; ++n) {
        std::string oldest;
        {
            lmdb::cursor at(txn, progress_);
            if (!at.first()) break;
            oldest = at.key();
            read_progress(at.key(), at.value(), [&](const progress_on_disk& entry, std::string_view bytes) {
                --now_.entries;
                const auto key = big_endian(entry.message);
                if (!txn.get(messages_, view<message_id>(key))) return;
                entries_.append(bytes);
                ++entry_count_;
                ++now_.entries;
            });
        }
        txn.remove(progress_, oldest);
    }
    if (entry_count_ == 0) return;
    record_writer out(format, scratch_);
    out.number(entry_count_);
    out.raw(entries_);
    const auto key = big_endian(now_.next_progress++);
    txn.put(progress_, view<std::uint64_t>(key), out.finish(view<std::uint64_t>(key)), MDB_APPEND);
}

void message_log::committed() {
    before_ = now_;
    fresh_.clear();
    steps_.clear();
    undo_.clear();
    unwanted_.clear();
}

void message_log::dropped() {
    for (auto place = undo_.rbegin(); place != undo_.rend(); ++place) *place->first = place->second;
    for (const auto* entry : fresh_) entry->message->place().outstanding -= entry->holders();
    now_ = before_;
    fresh_.clear();
    steps_.clear();
    undo_.clear();
}

// --- reading

struct message_log::load_pass {
    const message_maker& make;
    restored& into;
    std::vector<progress_on_disk> progress; // by message, then session, furthest step last
    std::size_t at = 0;

    // All entries of a message; messages are asked for in growing order.
    std::span<const progress_on_disk> of(message_id id) {
        while (at < progress.size() && progress[at].message < id) ++at;
        const auto first = at;
        while (at < progress.size() && progress[at].message == id) ++at;
        return {progress.data() + first, at - first};
    }
};

void message_log::load(const message_maker& make, restored& into) {
    const lmdb::transaction txn(env_, lmdb::transaction::kind::read);
    load_pass pass{make, into, {}};
    load_progress(txn, pass);
    lmdb::cursor at(txn, messages_);
    for (bool more = at.first(); more; more = at.next()) {
        load_message(at.key(), at.value(), pass);
        now_.largest_id = last_id_ = read_big_endian<message_id>(at.key());
        ++into.messages;
    }
    check_count(messages_name, into.messages, txn.entries(messages_));
    // Progress may name an id that is not there any more: it must not be given again.
    if (!pass.progress.empty()) last_id_ = std::max(last_id_, pass.progress.back().message);
    before_ = now_;
}

void message_log::load_progress(const lmdb::transaction& txn, load_pass& pass) {
    lmdb::cursor at(txn, progress_);
    std::size_t records = 0;
    for (bool more = at.first(); more; more = at.next()) {
        ++records;
        read_progress(at.key(), at.value(),
                      [&](const progress_on_disk& entry, std::string_view) { pass.progress.push_back(entry); });
        now_.next_progress = read_big_endian<std::uint64_t>(at.key()) + 1;
    }
    check_count(progress_name, records, txn.entries(progress_));
    now_.entries = pass.progress.size();
    std::sort(pass.progress.begin(), pass.progress.end(), [](const progress_on_disk& a, const progress_on_disk& b) {
        return std::tie(a.message, a.session, a.step) < std::tie(b.message, b.session, b.step);
    });
}

void message_log::load_message(std::string_view key, std::string_view value, load_pass& pass) {
    record_reader in(messages_name, format, key, value);
    const auto id = read_big_endian<message_id>(key);
    const auto progress = pass.of(id);
    const auto flags = in.number<std::uint8_t>();
    const auto recipients = in.number<std::uint32_t>();
    const auto list = in.raw(std::size_t{recipients} * recipient_size);
    const auto topic = in.text();
    const auto message = pass.make(topic, in.rest(), flags & qos_bits, (flags & retain_bit) != 0);
    auto& place = message->place();
    place.id = id;
    place.written = 1;
    place.entries = static_cast<std::uint32_t>(progress.size()) & 0x7FFF'FFFF;

    const auto furthest = [&](session_number session) -> const progress_on_disk* {
        const auto after = std::upper_bound(progress.begin(), progress.end(), session,
                                            [](session_number s, const progress_on_disk& p) { return s < p.session; });
        return after != progress.begin() && std::prev(after)->session == session ? &*std::prev(after) : nullptr;
    };
    for (std::size_t i = 0; i < list.size(); i += recipient_size) {
        const auto session = pass.into.sessions.find(read_u48(list.substr(i)));
        if (session == pass.into.sessions.end()) continue;
        const auto* p = furthest(session->first);
        if (p != nullptr && p->step == step::done) continue;
        const auto how = static_cast<std::uint8_t>(list[i + 6]);
        session->second.messages.push_back({message, static_cast<std::uint8_t>(how & qos_bits),
                                            (how & as_retained_bit) != 0, p != nullptr ? p->step : step::queued,
                                            p != nullptr ? p->packet_id : std::uint16_t{0}});
        ++place.outstanding;
    }
    const auto* p = furthest(retained_holder);
    if ((flags & held_bit) != 0 && (p == nullptr || p->step != step::done)) {
        pass.into.retained.push_back(message);
        ++place.outstanding;
    }
    now_.live += place.entries;
    if (place.outstanding == 0) {
        unwanted_.push_back(id);
        now_.live -= place.entries;
    }
}

} // namespace nightjar::storage
