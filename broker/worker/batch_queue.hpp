// A worker's batches on their way to the store, one for each turn that had something to keep.
//
// A message that goes to a client at once is mostly acknowledged within a millisecond, and then need not be written at
// all. So under load the batches with such messages wait here for a moment; what is done with meanwhile is taken out.
// At low load nothing waits: after a quiet time a batch leaves at the end of its turn.
//
// Worker thread. Time is the steady clock's, passed in.
#pragma once

#include "broker/session/journal.hpp"
#include "storage/write_batch.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

namespace nightjar::worker {

class batch_queue {
  public:
    using clock = std::chrono::steady_clock;
    using ticket = session::ticket;

    // `writer` is told apart from other workers' by this number, from 1.
    explicit batch_queue(std::uint8_t writer) : open_(writer) {}

    storage::write_batch& open() { return open_; }
    ticket open_ticket() const { return open_ticket_; }
    ticket last_ticket() const { return open_.empty() ? open_ticket_ - 1 : open_ticket_; } // that anything waits for

    // The open batch and those before it go at the end of this turn.
    void hurry() { hurry_ = true; }
    void end_turn(clock::time_point now);

    // What the store should have now: batches in order, each with the ticket that is on disk when it is. Those of which
    // nothing is left are not among them, but in `up_to`; there may be no others.
    struct departure {
        std::vector<std::pair<ticket, storage::write_batch>> batches;
        ticket up_to = 0;
    };
    enum class haste { may_wait, none };
    std::optional<departure> depart(clock::time_point now, haste how);

    bool idle() const { return closed_.empty() && open_.empty(); }
    clock::time_point next_departure() const { return closed_.front().leaves; } // at the latest; unless idle
    ticket next_ticket() { return open_ticket_++; }                             // for an empty batch; when idle

  private:
    struct closed_batch {
        storage::write_batch batch;
        ticket number;
        clock::time_point leaves; // at the latest
        std::size_t done = 0;     // so many of its first messages are done with
    };
    static bool all_done(closed_batch& b);

    storage::write_batch open_;
    ticket open_ticket_ = 1;
    std::deque<closed_batch> closed_;
    bool hurry_ = false;
    clock::time_point last_lively_{}; // when a batch with messages on their way to clients was closed
};

} // namespace nightjar::worker
