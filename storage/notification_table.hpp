// Table "notifications": key id u64; value: format 1, revision u32, channel u8, state u8, incident u32, created,
// finished (i64 ms), attempts u32, destination, alert type, subject, body, error (texts).
#pragma once

#include "storage/lmdb.hpp"
#include "storage/notifications.hpp"

namespace nightjar::storage {

class notification_table final : public notifications {
  public:
    notification_table(const lmdb::environment& env, lmdb::transaction& opening);

    std::vector<notification_record> all() const override;
    // Commit thread.
    void put(lmdb::transaction& txn, const notification_record& record) const; // unless a newer revision is there
    void remove(lmdb::transaction& txn, notification_id id) const;

  private:
    const lmdb::environment& env_;
    lmdb::table table_;
};

} // namespace nightjar::storage
