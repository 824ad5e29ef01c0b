#include "storage/notification_table.hpp"

#include "storage/record_bytes.hpp"

namespace nightjar::storage {

namespace {

constexpr const char* name = "notifications";
constexpr std::uint8_t format = 1;

notification_record read(std::string_view key, std::string_view value) {
    record_reader in(name, format, key, value);
    notification_record r;
    r.id = read_big_endian<notification_id>(key);
    r.revision = in.number<std::uint32_t>();
    r.channel = static_cast<notification_channel>(in.number<std::uint8_t>());
    r.state = static_cast<notification_state>(in.number<std::uint8_t>());
    r.incident = in.number<incident_id>();
    r.created_ms = in.number<std::int64_t>();
    r.finished_ms = in.number<std::int64_t>();
    r.attempts = in.number<std::uint32_t>();
    for (auto* text : {&r.destination, &r.alert_type, &r.subject, &r.body, &r.error}) *text = in.text();
    return r;
}

} // namespace

notification_table::notification_table(const lmdb::environment& env, lmdb::transaction& opening)
    : env_(env), table_(opening.open(name)) {}

std::vector<notification_record> notification_table::all() const {
    const lmdb::transaction txn(env_, lmdb::transaction::kind::read);
    lmdb::cursor at(txn, table_);
    std::vector<notification_record> result;
    for (bool more = at.first(); more; more = at.next()) result.push_back(read(at.key(), at.value()));
    check_count(name, result.size(), txn.entries(table_));
    return result;
}

void notification_table::put(lmdb::transaction& txn, const notification_record& record) const {
    const auto key = big_endian(record.id);
    if (const auto old = txn.get(table_, view<notification_id>(key)))
        if (read(view<notification_id>(key), *old).revision > record.revision) return;
    std::string memory;
    record_writer out(format, memory);
    out.number(record.revision);
    out.number(static_cast<std::uint8_t>(record.channel));
    out.number(static_cast<std::uint8_t>(record.state));
    out.number(record.incident);
    out.number(record.created_ms);
    out.number(record.finished_ms);
    out.number(record.attempts);
    for (const auto* text : {&record.destination, &record.alert_type, &record.subject, &record.body, &record.error})
        out.text(*text);
    txn.put(table_, view<notification_id>(key), out.finish(view<notification_id>(key)));
}

void notification_table::remove(lmdb::transaction& txn, notification_id id) const {
    const auto key = big_endian(id);
    txn.remove(table_, view<notification_id>(key));
}

} // namespace nightjar::storage
