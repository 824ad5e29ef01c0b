// Table "incidents": key id u32; value: format 1, sensor u32, status u8, reason (text), min, max, value, lowest,
// highest (f64), counter u32, escalation u32, opened, acknowledged, closed (i64 ms, -1: not), and, but of records
// that an early version wrote, kind u8, steps u32, revision u32. Table "open_incidents": the ids that are not closed,
// so that they are found without walking the closed ones. Table "incident_steps": key incident u32, number u32; value:
// format 1, at i64 ms, status u8, by, comment (texts).
#pragma once

#include "storage/incidents.hpp"
#include "storage/lmdb.hpp"

namespace nightjar::storage {

class incident_table final : public incidents {
  public:
    incident_table(const lmdb::environment& env, lmdb::transaction& opening);

    std::vector<incident_record> list(const incident_query& what) const override;
    std::optional<incident_record> find(incident_id id) const override;
    incident_id last_id() const override;
    std::vector<incident_step> history(incident_id id) const override;
    // Commit thread.
    void put(lmdb::transaction& txn, const incident_record& record) const;
    void put(lmdb::transaction& txn, const incident_step& step) const;

  private:
    const lmdb::environment& env_;
    lmdb::table table_, open_, steps_;
};

} // namespace nightjar::storage
