#include "storage/sensor_table.hpp"

#include "storage/record_bytes.hpp"

namespace nightjar::storage {

namespace {

constexpr const char* name = "sensors";
constexpr std::string_view given_key = "largest_given_sensor";
constexpr std::uint8_t format = 1;

sensor_record read(std::string_view key, std::string_view value) {
    record_reader in(name, format, key, value);
    sensor_record r;
    r.id = read_big_endian<sensor_id>(key);
    r.name = in.text();
    r.type = in.text();
    r.unit = in.text();
    r.device = in.text();
    r.source = in.text();
    r.topic = in.text();
    r.created_ms = in.number<std::int64_t>();
    if (in.empty()) return r;
    const bool has_range = in.number<std::uint8_t>() != 0;
    const sensor_range range{in.real(), in.real()};
    if (has_range) r.range = range;
    r.revision = in.number<std::uint32_t>();
    if (!in.empty()) r.merged_into = in.number<sensor_id>();
    return r;
}

} // namespace

sensor_table::sensor_table(const lmdb::environment& env, lmdb::transaction& opening, lmdb::table meta)
    : env_(env), table_(opening.open(name)), meta_(meta) {
    for (const auto& record : read_all(opening)) {
        if (record.merged_into != 0) merges_.set(record.id, record.merged_into);
        note_given(opening, record); // an early version did not
    }
}

std::vector<sensor_record> sensor_table::read_all(const lmdb::transaction& txn) const {
    lmdb::cursor at(txn, table_);
    std::vector<sensor_record> result;
    for (bool more = at.first(); more; more = at.next()) result.push_back(read(at.key(), at.value()));
    check_count(name, result.size(), txn.entries(table_));
    return result;
}

std::vector<sensor_record> sensor_table::all() const {
    auto result = read_all(lmdb::transaction(env_, lmdb::transaction::kind::read));
    std::erase_if(result, [](const auto& record) { return record.merged_into != 0; });
    return result;
}

std::vector<sensor_record> sensor_table::merged() const {
    if (!merges_.any()) return {};
    auto result = read_all(lmdb::transaction(env_, lmdb::transaction::kind::read));
    std::erase_if(result, [](const auto& record) { return record.merged_into == 0; });
    return result;
}

std::optional<sensor_record> sensor_table::find(sensor_id id) const {
    const lmdb::transaction txn(env_, lmdb::transaction::kind::read);
    const auto key = big_endian(id);
    const auto value = txn.get(table_, view<sensor_id>(key));
    if (!value) return std::nullopt;
    auto record = read(view<sensor_id>(key), *value);
    return record.merged_into == 0 ? std::optional(std::move(record)) : std::nullopt;
}

sensor_id sensor_table::largest_given() const {
    const lmdb::transaction txn(env_, lmdb::transaction::kind::read);
    const auto kept = txn.get(meta_, given_key);
    return kept ? read_big_endian<sensor_id>(*kept) : 0;
}

void sensor_table::note_given(lmdb::transaction& txn, const sensor_record& record) const {
    if (record.has_own_id()) return;
    const auto kept = txn.get(meta_, given_key);
    if (kept && read_big_endian<sensor_id>(*kept) >= record.id) return;
    const auto largest = big_endian(record.id);
    txn.put(meta_, given_key, view<sensor_id>(largest));
}

// Batches of two workers need not come in the order in which the sensor changed.
void sensor_table::put(lmdb::transaction& txn, const sensor_record& record) {
    note_given(txn, record);
    if (const auto gone = gone_.find(record.id); gone != gone_.end()) {
        if (record.revision <= gone->second) return; // of before
        gone_.erase(gone);
    }
    const auto key = big_endian(record.id);
    if (const auto old = txn.get(table_, view<sensor_id>(key)))
        if (read(view<sensor_id>(key), *old).revision > record.revision) return;
    std::string memory;
    record_writer out(format, memory);
    for (const auto* text : {&record.name, &record.type, &record.unit, &record.device, &record.source, &record.topic})
        out.text(*text);
    out.number(record.created_ms);
    const auto range = record.range.value_or(sensor_range{});
    out.number(static_cast<std::uint8_t>(record.range.has_value()));
    out.real(range.min);
    out.real(range.max);
    out.number(record.revision);
    if (record.merged_into != 0) {
        out.number(record.merged_into);
        merges_.set(record.id, record.merged_into);
    } else {
        merges_.erase(record.id);
    }
    txn.put(table_, view<sensor_id>(key), out.finish(view<sensor_id>(key)));
}

bool sensor_table::remove(lmdb::transaction& txn, sensor_id id, std::uint32_t revision) {
    const auto key = big_endian(id);
    if (const auto kept = txn.get(table_, view<sensor_id>(key)))
        if (read(view<sensor_id>(key), *kept).revision > revision) return false;
    txn.remove(table_, view<sensor_id>(key));
    merges_.erase(id);
    gone_[id] = revision;
    return true;
}

} // namespace nightjar::storage
