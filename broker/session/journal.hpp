// The disk, as a session sees it: the worker's open batch, and how far its batches have been committed. The worker
// implements it; tests have their own. Worker thread.
#pragma once

#include "broker/topics/message.hpp"
#include "storage/write_batch.hpp"

#include <cstdint>

namespace nightjar::session {

class session;

// Counts a worker's batches to disk. What carries ticket n may be acknowledged once n is committed; 0 at once.
using ticket = std::uint64_t;

class journal {
  public:
    virtual bool keeps_sessions() const = 0; // `persistence`: sessions that are not clean survive the process
    // The open batch, submitted at the end of the turn, and its ticket.
    virtual storage::write_batch& batch() = 0;
    virtual ticket batch_ticket() const = 0;
    // A message goes into the open batch, for these recipients.
    virtual void keep(const topics::message_ptr& m, const storage::recipient_list& recipients, bool retained) = 0;

    virtual ticket committed() const = 0;           // all up to here is on disk
    virtual ticket last_failed() const = 0;         // up to here something was not written; 0: nothing
    virtual ticket last_ticket() const = 0;         // the newest that anything waits for
    virtual void wait_for_commit(session& who) = 0; // calls who.on_committed() after the next commit

  protected:
    ~journal() = default;
};

} // namespace nightjar::session
