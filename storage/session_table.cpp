#include "storage/session_table.hpp"

#include "storage/record_bytes.hpp"

#include <vector>

namespace nightjar::storage {

namespace {

constexpr std::uint8_t format = 1;
constexpr const char *sessions_name = "sessions", *subscriptions_name = "subscriptions", *inbound_name = "inbound";
constexpr std::size_t filter_in_key = 400; // LMDB's keys end at 511 bytes
constexpr std::uint8_t will_is_there = 0x80, will_retain = 0x04, will_qos = 0x03;

std::string session_key(session_number number) {
    const auto raw = big_endian(number);
    return {raw.data(), raw.size()};
}

// Two long filters with the same key would have to share 400 bytes and a checksum: who makes them harms himself.
std::string subscription_key(session_number number, std::string_view filter) {
    auto key = session_key(number);
    key.append(filter.substr(0, filter_in_key));
    if (filter.size() > filter_in_key) {
        const auto rest = big_endian(crc32c({}, filter.substr(filter_in_key)));
        key.append(rest.data(), rest.size());
    }
    return key;
}

std::string inbound_key(session_number number, std::uint16_t packet_id) {
    const auto raw = big_endian(packet_id);
    return session_key(number).append(raw.data(), raw.size());
}

void remove_prefix(lmdb::transaction& txn, lmdb::table table, const std::string& prefix) {
    std::vector<std::string> keys;
    {
        lmdb::cursor at(txn, table);
        for (bool more = at.at_or_after(prefix); more && at.key().starts_with(prefix); more = at.next())
            keys.emplace_back(at.key());
    }
    for (const auto& key : keys) txn.remove(table, key);
}

template <typename... Cases>
struct overloaded : Cases... {
    using Cases::operator()...;
};
template <typename... Cases>
overloaded(Cases...) -> overloaded<Cases...>;

} // namespace

session_table::session_table(const lmdb::environment& env, lmdb::transaction& opening)
    : env_(env), sessions_(opening.open(sessions_name)), subscriptions_(opening.open(subscriptions_name)),
      inbound_(opening.open(inbound_name)) {}

void session_table::apply(lmdb::transaction& txn, const session_change& change) {
    std::visit(overloaded{
                   [&](const storage::put_session& c) { put(txn, c.record); },
                   [&](const storage::remove_session& c) { remove_session(txn, c.number); },
                   [&](const storage::put_subscription& c) {
                       const auto key = subscription_key(c.number, c.filter);
                       record_writer out(format, scratch_);
                       out.number(c.qos);
                       out.text(c.filter);
                       txn.put(subscriptions_, key, out.finish(key));
                   },
                   [&](const storage::remove_subscription& c) {
                       txn.remove(subscriptions_, subscription_key(c.number, c.filter));
                   },
                   [&](const storage::put_inbound& c) {
                       const auto key = inbound_key(c.number, c.packet_id);
                       txn.put(inbound_, key, record_writer(format, scratch_).finish(key));
                   },
                   [&](const storage::remove_inbound& c) { txn.remove(inbound_, inbound_key(c.number, c.packet_id)); },
               },
               change);
}

void session_table::put(lmdb::transaction& txn, const session_record& record) {
    record_writer out(format, scratch_);
    out.number(record.offline_since_ms);
    out.text(record.client_id);
    out.text(record.user_name);
    if (record.will) {
        const auto& will = *record.will;
        out.number(static_cast<std::uint8_t>(will_is_there | (will.retain_flag() ? will_retain : 0) |
                                             (will.qos_number() & will_qos)));
        out.text(will.topic_text());
        out.raw(will.payload_bytes());
    } else {
        out.number(std::uint8_t{0});
        out.text({});
    }
    const auto key = session_key(record.number);
    txn.put(sessions_, key, out.finish(key));
    if (record.number < largest_) return;
    largest_ = record.number;
    record_writer last(format, scratch_);
    last.number(largest_);
    const auto none = session_key(0);
    txn.put(sessions_, none, last.finish(none));
}

void session_table::remove_session(lmdb::transaction& txn, session_number number) {
    const auto key = session_key(number);
    txn.remove(sessions_, key);
    remove_prefix(txn, subscriptions_, key);
    remove_prefix(txn, inbound_, key);
}

void session_table::load(const message_maker& make, restored& into) {
    const lmdb::transaction txn(env_, lmdb::transaction::kind::read);
    load_sessions(txn, make, into);
    load_subscriptions(txn, into);
    load_inbound(txn, into);
}

void session_table::load_sessions(const lmdb::transaction& txn, const message_maker& make, restored& into) {
    lmdb::cursor at(txn, sessions_);
    std::size_t records = 0;
    for (bool more = at.first(); more; more = at.next()) {
        ++records;
        record_reader in(sessions_name, format, at.key(), at.value());
        restored_session s;
        s.record.number = read_big_endian<session_number>(at.key());
        if (s.record.number == 0) {
            largest_ = in.number<session_number>();
            continue;
        }
        s.record.offline_since_ms = in.number<std::int64_t>();
        s.record.client_id = in.text();
        s.record.user_name = in.text();
        const auto will = in.number<std::uint8_t>();
        const auto topic = in.text();
        if ((will & will_is_there) != 0)
            s.record.will = make(topic, in.rest(), will & will_qos, (will & will_retain) != 0);
        into.sessions.emplace(s.record.number, std::move(s));
    }
    check_count(sessions_name, records, txn.entries(sessions_));
}

void session_table::load_subscriptions(const lmdb::transaction& txn, restored& into) const {
    lmdb::cursor at(txn, subscriptions_);
    std::size_t records = 0;
    for (bool more = at.first(); more; more = at.next()) {
        ++records;
        record_reader in(subscriptions_name, format, at.key(), at.value());
        const auto qos = in.number<std::uint8_t>();
        if (const auto s = into.sessions.find(read_big_endian<session_number>(at.key())); s != into.sessions.end())
            s->second.subscriptions.emplace_back(in.text(), qos);
    }
    check_count(subscriptions_name, records, txn.entries(subscriptions_));
}

void session_table::load_inbound(const lmdb::transaction& txn, restored& into) const {
    lmdb::cursor at(txn, inbound_);
    std::size_t records = 0;
    for (bool more = at.first(); more; more = at.next()) {
        ++records;
        const record_reader in(inbound_name, format, at.key(), at.value());
        if (const auto s = into.sessions.find(read_big_endian<session_number>(at.key())); s != into.sessions.end())
            s->second.inbound.push_back(read_big_endian<std::uint16_t>(at.key(), 8));
    }
    check_count(inbound_name, records, txn.entries(inbound_));
}

} // namespace nightjar::storage
