// The one writer. Takes all batches that are waiting, joins them into one transaction, commits, and tells their
// writers; while it waits for the disk the next batches gather, so commits are as large as the load makes them, without
// a timer.
#pragma once

#include "storage/lmdb.hpp"
#include "storage/store.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

namespace nightjar::storage {

class commit_thread {
  public:
    struct job {
        commit_listener* writer;
        std::uint64_t number;
        write_batch batch;
    };
    static constexpr std::size_t most_weight = 65'536; // of one commit, so that it stays short

    // Commits several batches as one, or throws std::system_error and leaves everything as it was. On this thread.
    // Called without a batch, now and then after a failure, to write what is owed.
    using commit = std::function<void(std::span<const job>)>;

    // Told of the batches that the next commit writes together, before it begins; and with false, that one of them is
    // not in the next commit after all. On this thread.
    using announcement = std::function<void(const write_batch&, bool together)>;

    // Does a piece of what can wait, also while batches come, and returns how long it may wait then. On this thread.
    using tidying = std::function<std::chrono::milliseconds()>;

    commit_thread(commit how, announcement announce, tidying tidy);
    ~commit_thread(); // commits what is waiting, then ends

    void submit(job j); // any thread
    void tidy_soon();   // there is more to be done than when it was last asked; any thread
    std::uint64_t commits() const { return commits_.load(std::memory_order_relaxed); }
    std::uint64_t rows() const { return rows_.load(std::memory_order_relaxed); }
    std::uint64_t failed() const { return failed_.load(std::memory_order_relaxed); }

  private:
    void run();
    void commit_group(std::span<job> group);
    std::error_code try_commit(std::span<const job> group);
    void take(std::vector<job>& jobs); // waits; may be none
    bool stopping();
    void tidy_when_due();

    commit commit_;
    announcement announce_;
    tidying tidy_;
    std::mutex mutex_; // guards waiting_, stopping_ and tidy_soon_
    std::condition_variable more_;
    std::vector<job> waiting_;
    bool stopping_ = false, tidy_soon_ = false;
    bool behind_ = false; // the last commit failed
    std::chrono::steady_clock::time_point next_tidying_;
    std::atomic<std::uint64_t> commits_{0}, rows_{0}, failed_{0};
    std::thread thread_;
};

} // namespace nightjar::storage
