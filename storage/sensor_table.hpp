// Table "sensors": key id u32; value: format 1, name, type, unit, device, source, topic (texts), created_ms i64, and,
// but of records that an early version wrote, has a range u8, min, max (f64), revision u32, and, of one that was
// merged, into which u32. Table "meta": "largest_given_sensor": id u32, see sensors.hpp.
#pragma once

#include "storage/lmdb.hpp"
#include "storage/merges.hpp"
#include "storage/sensors.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

namespace nightjar::storage {

class sensor_table final : public sensors {
  public:
    sensor_table(const lmdb::environment& env, lmdb::transaction& opening, lmdb::table meta);

    std::vector<sensor_record> all() const override;
    std::optional<sensor_record> find(sensor_id id) const override;
    sensor_id largest_given() const override;
    std::vector<sensor_record> merged() const override;
    sensor_id owner_of(sensor_id id) const override { return merges_.owner_of(id); }
    std::vector<sensor_id> parts_of(sensor_id id) const override { return merges_.parts_of(id); }
    const storage::merges& merges() const { return merges_; }

    // --- commit thread
    void put(lmdb::transaction& txn, const sensor_record& record);
    // False: it is there anew already, with a higher revision, and stays.
    bool remove(lmdb::transaction& txn, sensor_id id, std::uint32_t revision);
    // Removed by this process, and not there again.
    bool is_gone(sensor_id id) const { return gone_.contains(id); }
    bool any_gone() const { return !gone_.empty(); }

  private:
    std::vector<sensor_record> read_all(const lmdb::transaction& txn) const;
    void note_given(lmdb::transaction& txn, const sensor_record& record) const;

    const lmdb::environment& env_;
    lmdb::table table_, meta_;
    storage::merges merges_;
    boost::unordered_flat_map<sensor_id, std::uint32_t> gone_; // with its last revision
};

} // namespace nightjar::storage
