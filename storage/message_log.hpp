// The queue store: a log of messages that wait for somebody, and of how far each session is with them.
//
//   "messages"  key message id u64 (mostly growing)
//               value: format 1, flags u8 (bits 0-1 QoS, 2 RETAIN, 3 retained message of its topic),
//                      recipients u32 x {session u48, QoS and as-retained (bit 7) u8}, topic (text),
//                      payload (the rest), CRC-32C
//   "progress"  key u64 (growing)
//               value: format 1, entries u32 x {step u8, session u48, message id u64, packet id u16}, CRC-32C
//
// A message is stored once, whatever the number of its recipients, and deleted when all are done with it; what was done
// with before it came to be written is not written at all. Progress is appended, one record per commit, and read in any
// order: of the steps of one session with one message the furthest counts. Entries whose message is gone are
// garbage; when they are more than half, the oldest records are read and what still counts is appended again.
#pragma once

#include "storage/lmdb.hpp"
#include "storage/restored.hpp"
#include "storage/write_batch.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace nightjar::storage {

class message_log {
  public:
    message_log(const lmdb::environment& env, lmdb::transaction& opening);

    // Reads all of it, oldest first: to the retained messages, and to the sessions that `into` has. Before the first
    // stage(). Messages that nobody waits for any more go with the next commit.
    void load(const message_maker& make, restored& into);
    message_id last_id() const { return last_id_; }

    // --- commit thread
    // What its sessions are done with, before stage(): then it need not be written. Once for each batch; with -1 taken
    // back.
    static void count_done(const write_batch& batch, std::int32_t times = 1);
    // stage() the batches of a transaction, write(), then committed() or dropped()
    void stage(const write_batch& batch);
    void write(lmdb::transaction& txn);
    void committed();
    void dropped();

  private:
    log_place& touch(const loggable& m);
    void put(lmdb::transaction& txn, const message_entry& entry);
    void forget(lmdb::transaction& txn, log_place& place);
    void append_progress(lmdb::transaction& txn);
    void clean(lmdb::transaction& txn);

    struct load_pass;
    void load_progress(const lmdb::transaction& txn, load_pass& pass);
    void load_message(std::string_view key, std::string_view value, load_pass& pass);

    const lmdb::environment& env_;
    lmdb::table messages_, progress_;
    message_id last_id_ = 0; // known at load

    struct totals { // of what is on disk; as if the staged were committed
        std::uint64_t next_progress = 1;
        std::uint64_t entries = 0; // progress entries
        std::uint64_t live = 0;    // of those, whose message is there
        message_id largest_id = 0;
    };
    totals now_, before_;
    std::vector<message_id> unwanted_; // found at load

    // Staged.
    std::vector<const message_entry*> fresh_, wanted_; // wanted: those that somebody waits for
    std::vector<const progress_entry*> steps_;
    std::vector<std::pair<log_place*, log_place>> undo_;
    std::string scratch_;
    std::string entries_; // of the progress record being made
    std::uint32_t entry_count_ = 0;
};

} // namespace nightjar::storage
