#include "storage/incident_table.hpp"

#include "storage/record_bytes.hpp"

#include <algorithm>

namespace nightjar::storage {

namespace {

constexpr const char *name = "incidents", *steps_name = "incident_steps";
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
    if (in.empty()) return r;
    r.kind = static_cast<incident_kind>(in.number<std::uint8_t>());
    r.steps = in.number<std::uint32_t>();
    r.revision = in.number<std::uint32_t>();
    return r;
}

incident_step read_step(std::string_view key, std::string_view value) {
    record_reader in(steps_name, format, key, value);
    incident_step s;
    s.incident = read_big_endian<incident_id>(key);
    s.number = read_big_endian<std::uint32_t>(key, sizeof(incident_id));
    s.at_ms = in.number<std::int64_t>();
    s.status = static_cast<incident_status>(in.number<std::uint8_t>());
    s.by = in.text();
    s.comment = in.text();
    return s;
}

std::string key_of_step(incident_id id, std::uint32_t number) {
    const auto first = big_endian(id), second = big_endian(number);
    return std::string(view<incident_id>(first)).append(view<std::uint32_t>(second));
}

} // namespace

incident_table::incident_table(const lmdb::environment& env, lmdb::transaction& opening)
    : env_(env), table_(opening.open(name)), open_(opening.open("open_incidents")), steps_(opening.open(steps_name)) {}

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
        if (what.sensor && record.sensor != *what.sensor &&
            std::find(what.parts.begin(), what.parts.end(), record.sensor) == what.parts.end())
            continue;
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

std::vector<incident_step> incident_table::history(incident_id id) const {
    const lmdb::transaction txn(env_, lmdb::transaction::kind::read);
    lmdb::cursor at(txn, steps_);
    std::vector<incident_step> result;
    for (bool more = at.at_or_after(key_of_step(id, 0)); more; more = at.next()) {
        auto step = read_step(at.key(), at.value());
        if (step.incident != id) break;
        result.push_back(std::move(step));
    }
    return result;
}

void incident_table::put(lmdb::transaction& txn, const incident_step& step) const {
    std::string memory;
    record_writer out(format, memory);
    out.number(step.at_ms);
    out.number(static_cast<std::uint8_t>(step.status));
    out.text(step.by);
    out.text(step.comment);
    const auto key = key_of_step(step.incident, step.number);
    txn.put(steps_, key, out.finish(key));
}

// Batches of two workers need not come in the order in which they changed an incident.
void incident_table::put(lmdb::transaction& txn, const incident_record& record) const {
    const auto key = big_endian(record.id);
    if (const auto old = txn.get(table_, view<incident_id>(key)))
        if (read(view<incident_id>(key), *old).revision > record.revision) return;
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
    out.number(static_cast<std::uint8_t>(record.kind));
    out.number(record.steps);
    out.number(record.revision);
    txn.put(table_, view<incident_id>(key), out.finish(view<incident_id>(key)));
    if (record.status == incident_status::closed) {
        txn.remove(open_, view<incident_id>(key));
    } else {
        txn.put(open_, view<incident_id>(key), {});
    }
}

} // namespace nightjar::storage
