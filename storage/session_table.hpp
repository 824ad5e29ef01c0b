// Persistent sessions: who they are, what they have subscribed to, and which QoS 2 packet ids of theirs are taken.
//
//   "sessions"       key 0; value: format 1, the largest session number ever given u64, CRC-32C
//                    key session u64; value: format 1, offline since i64 (ms since 1970; 0: connected),
//                    client id, user name (texts), will u8 (0: none; else 0x80, bits 0-1 QoS, 2 RETAIN),
//                    will topic (text), will payload (the rest), CRC-32C
//   "subscriptions"  key session u64, filter (its first 400 bytes, and a CRC-32C of the rest if there is one)
//                    value: format 1, QoS u8, filter (text), CRC-32C
//   "inbound"        key session u64, packet id u16; value: format 1, CRC-32C
#pragma once

#include "storage/lmdb.hpp"
#include "storage/restored.hpp"
#include "storage/write_batch.hpp"

#include <string>
#include <string_view>

namespace nightjar::storage {

class session_table {
  public:
    session_table(const lmdb::environment& env, lmdb::transaction& opening);

    void load(const message_maker& make, restored& into);             // once, before the first apply()
    session_number largest_number() const { return largest_; }        // ever given, known after load()
    void apply(lmdb::transaction& txn, const session_change& change); // commit thread

  private:
    void put(lmdb::transaction& txn, const session_record& record);
    void remove_session(lmdb::transaction& txn, session_number number);

    void load_sessions(const lmdb::transaction& txn, const message_maker& make, restored& into);
    void load_subscriptions(const lmdb::transaction& txn, restored& into) const;
    void load_inbound(const lmdb::transaction& txn, restored& into) const;

    const lmdb::environment& env_;
    lmdb::table sessions_, subscriptions_, inbound_;
    session_number largest_ = 0;
    std::string scratch_;
};

} // namespace nightjar::storage
