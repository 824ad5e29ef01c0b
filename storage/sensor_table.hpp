// Table "sensors": key id u32; value: format 1, name, type, unit, device, source, topic (texts), created_ms i64, and,
// but of records that an early version wrote, has a range u8, min, max (f64), revision u32.
#pragma once

#include "storage/lmdb.hpp"
#include "storage/sensors.hpp"

namespace nightjar::storage {

class sensor_table final : public sensors {
  public:
    sensor_table(const lmdb::environment& env, lmdb::transaction& opening);

    std::vector<sensor_record> all() const override;
    std::optional<sensor_record> find(sensor_id id) const override;
    void put(lmdb::transaction& txn, const sensor_record& record) const; // commit thread

  private:
    const lmdb::environment& env_;
    lmdb::table table_;
};

} // namespace nightjar::storage
