#include "storage/incident_table.hpp"

#include "storage/record_bytes.hpp"

namespace nightjar::storage {

namespace {

constexpr const char* name = "incidents";
constexpr std::uint8_t format = 1;
constexpr std::int64_t not_yet = -1;

std::optional<std::int64_t> moment(std::int64_t ms) { return ms == not_yet ? std::nullopt : std::optional(ms); }

incident_record read(std::string_view key, std::string_view value) {
    record_reader in(name, format, key, value);
    incident_record r;
    r.id = read_big_endian<incident_id>(key);
    r.sensor = in.number<sensor_id>();
    r.status = static_cast<incident_status>(in.number<std::uint8_t>());
    r.reason = in.text();
    for (auto* number : {&r.min, &r.max, &r.value, &r.lowest, &r.highest}) *number = in.real();
    r.counter = in.number<std::uint32_t>();
    r.escalation_level = in.number<std::uint32_t>();
    r.opened_ms = in.number<std::int64_t>();
    r.acknowledged_ms = moment(in.number<std::int64_t>());
    r.closed_ms = moment(in.number<std::int64_t>());
    return r;
}

} // namespace

incident_table::incident_table(const lmdb::environment& env, lmdb::transaction& opening)
    : env_(env), table_(opening.open(name)), open_(opening.open("open_incidents")) {}

std::vector<incident_record> incident_table::list(const incident_query& what) const {
    const lmdb::transaction txn(env_, lmdb::transaction::kind::read);
    const bool only_open = what.status && *what.status != incident_status::closed;
    lmdb::cursor at(txn, only_open ? open_ : table_);
    std::vector<incident_record> result;
    bool more = false;
    if (what.before) {
        const auto key = big_endian(*what.before);
        more = at.before(view<incident_id>(key));
    } else {
        more = at.last();
    }
    for (; more && result.size() < what.limit; more = at.previous()) {
        auto record = read(at.key(), only_open ? txn.get(table_, at.key()).value_or(std::string_view{}) : at.value());
        if (what.status && record.status != *what.status) continue;
        if (what.sensor && record.sensor != *what.sensor) continue;
        result.push_back(std::move(record));
    }
    return result;
}

std::optional<incident_record> incident_table::find(incident_id id) const {
    const lmdb::transaction txn(env_, lmdb::transaction::kind::read);
    const auto key = big_endian(id);
    const auto value = txn.get(table_, view<incident_id>(key));
    if (!value) return std::nullopt;
    return read(view<incident_id>(key), *value);
}

incident_id incident_table::last_id() const {
    const lmdb::transaction txn(env_, lmdb::transaction::kind::read);
    lmdb::cursor at(txn, table_);
    return at.last() ? read_big_endian<incident_id>(at.key()) : 0;
}

void incident_table::put(lmdb::transaction& txn, const incident_record& record) const {
    std::string memory;
    record_writer out(format, memory);
    out.number(record.sensor);
    out.number(static_cast<std::uint8_t>(record.status));
    out.text(record.reason);
    for (const double number : {record.min, record.max, record.value, record.lowest, record.highest}) out.real(number);
    out.number(record.counter);
    out.number(record.escalation_level);
    out.number(record.opened_ms);
    out.number(record.acknowledged_ms.value_or(not_yet));
    out.number(record.closed_ms.value_or(not_yet));
    const auto key = big_endian(record.id);
    txn.put(table_, view<incident_id>(key), out.finish(view<incident_id>(key)));
    if (record.status == incident_status::closed) {
        txn.remove(open_, view<incident_id>(key));
    } else {
        txn.put(open_, view<incident_id>(key), {});
    }
}

} // namespace nightjar::storage
