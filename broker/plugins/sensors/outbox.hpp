// What is to be sent over one channel, in order for each destination, and when: at once, then after a minute, two, four
// and so on up to an hour, for a day. To a mail address so many mails go in an hour; what is over gathers and then goes
// as one digest. Bounded: when it is full the oldest reminder is given up first, news that an incident opened or closed
// last. No I/O and no clock: milliseconds of a steady one come in. One thread, or a mutex around it.
#pragma once

#include "storage/records.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace nightjar::plugins::sensors {

class outbox {
  public:
    struct limits {
        unsigned per_hour = 0; // to one destination; 0: any number
        std::int64_t first_retry_ms = 60'000, last_retry_ms = 3'600'000, give_up_ms = 86'400'000;
        std::size_t most = 10'000;
    };
    void configure(const limits& to) { limits_ = to; }

    // `age_ms`: how long it has been waiting for, in an earlier process.
    void add(storage::notification_record what, std::int64_t now_ms, std::int64_t age_ms = 0);

    // What to send now, to one destination; several: as one digest. Until finished() or failed() no other job goes
    // there.
    struct job {
        std::string destination;
        std::vector<storage::notification_record> what;
        bool digest() const { return what.size() > 1; }
    };
    std::optional<job> next(std::int64_t now_ms);
    std::optional<std::int64_t> wake_at() const; // when next() may have one; nothing: not before add()

    void finished(const job& done, std::int64_t now_ms);
    // `final`: it was refused, and will be.
    void failed(const job& tried, std::int64_t now_ms, const std::string& error, bool final);

    // Records that have changed since the last call; `finished_ms` is left to the caller.
    std::vector<storage::notification_record> take_changes();
    std::vector<storage::notification_record> waiting() const;
    std::size_t size() const { return size_; }

  private:
    struct entry {
        storage::notification_record record;
        std::int64_t born_ms;
    };
    struct lane {
        std::deque<entry> entries;
        std::deque<std::int64_t> sent; // of the last hour
        std::int64_t next_try_ms = 0, pause_ms = 0;
        bool busy = false, gathers = false;
    };
    void change(storage::notification_record& record, storage::notification_state to);
    void expire(lane& l, std::int64_t now_ms);
    bool over_rate(lane& l, std::int64_t now_ms) const;
    void make_room();
    static void remove(lane& l, const job& what);

    limits limits_;
    std::map<std::string, lane> lanes_; // by destination
    std::vector<storage::notification_record> changes_;
    std::size_t size_ = 0;
};

} // namespace nightjar::plugins::sensors
