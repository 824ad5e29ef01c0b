#include "storage/sensor_table.hpp"

#include "storage/record_bytes.hpp"

namespace nightjar::storage {

namespace {

constexpr const char* name = "sensors";
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
    return r;
}

} // namespace

sensor_table::sensor_table(const lmdb::environment& env, lmdb::transaction& opening)
    : env_(env), table_(opening.open(name)) {}

std::vector<sensor_record> sensor_table::all() const {
    const lmdb::transaction txn(env_, lmdb::transaction::kind::read);
    lmdb::cursor at(txn, table_);
    std::vector<sensor_record> result;
    for (bool more = at.first(); more; more = at.next()) result.push_back(read(at.key(), at.value()));
    check_count(name, result.size(), txn.entries(table_));
    return result;
}

std::optional<sensor_record> sensor_table::find(sensor_id id) const {
    const lmdb::transaction txn(env_, lmdb::transaction::kind::read);
    const auto key = big_endian(id);
    const auto value = txn.get(table_, view<sensor_id>(key));
    if (!value) return std::nullopt;
    return read(view<sensor_id>(key), *value);
}

// Batches of two workers need not come in the order in which the sensor changed.
void sensor_table::put(lmdb::transaction& txn, const sensor_record& record) {
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
    txn.put(table_, view<sensor_id>(key), out.finish(view<sensor_id>(key)));
}

void sensor_table::remove(lmdb::transaction& txn, sensor_id id, std::uint32_t revision) {
    const auto key = big_endian(id);
    txn.remove(table_, view<sensor_id>(key));
    gone_[id] = revision;
}

} // namespace nightjar::storage
