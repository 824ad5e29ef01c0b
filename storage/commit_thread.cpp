#include "storage/commit_thread.hpp"

#include <pthread.h>

#include <utility>

namespace nightjar::storage {

namespace {
constexpr auto pause_after_failure = std::chrono::milliseconds{500};
} // namespace

commit_thread::commit_thread(commit how, announcement announce, tidying tidy)
    : commit_(std::move(how)), announce_(std::move(announce)), tidy_(std::move(tidy)), thread_([this] { run(); }) {}

commit_thread::~commit_thread() {
    {
        const std::scoped_lock lock(mutex_);
        stopping_ = true;
    }
    more_.notify_one();
    thread_.join();
}

void commit_thread::submit(job j) {
    {
        const std::scoped_lock lock(mutex_);
        waiting_.push_back(std::move(j));
    }
    more_.notify_one();
}

void commit_thread::tidy_soon() {
    {
        const std::scoped_lock lock(mutex_);
        tidy_soon_ = true;
    }
    more_.notify_one();
}

void commit_thread::run() {
    pthread_setname_np(pthread_self(), "nj-store");
    std::vector<job> jobs;
    for (;;) {
        take(jobs);
        if (jobs.empty()) {
            if (behind_) try_commit({});
            if (stopping()) return;
        }
        for (std::size_t begin = 0; begin < jobs.size();) {
            std::size_t end = begin, weight = 0;
            while (end < jobs.size() && (end == begin || weight + jobs[end].batch.weight() <= most_weight))
                weight += jobs[end++].batch.weight();
            const auto group = std::span(jobs).subspan(begin, end - begin);
            for (const auto& j : group) announce_(j.batch, true);
            commit_group(group);
            begin = end;
        }
        for (const auto& j : jobs)
            if (!j.batch.removed_sensors.empty()) next_tidying_ = {}; // much may be left to do
        jobs.clear();
        tidy_when_due();
    }
}

void commit_thread::tidy_when_due() {
    if (behind_ || std::chrono::steady_clock::now() < next_tidying_) return;
    const auto pause = tidy_();
    next_tidying_ = std::chrono::steady_clock::now() + pause;
}

bool commit_thread::stopping() {
    const std::scoped_lock lock(mutex_);
    return stopping_ && waiting_.empty();
}

void commit_thread::take(std::vector<job>& jobs) {
    std::unique_lock lock(mutex_);
    const auto ready = [this] { return !waiting_.empty() || stopping_ || tidy_soon_; };
    if (behind_) {
        more_.wait_for(lock, pause_after_failure, ready); // to try again
    } else {
        more_.wait_until(lock, next_tidying_, ready);
    }
    jobs.swap(waiting_);
    if (std::exchange(tidy_soon_, false)) next_tidying_ = {};
}

// One batch that cannot be written must not take the others down: if the group fails, each is tried alone.
void commit_thread::commit_group(std::span<job> group) {
    const auto error = try_commit(group);
    if (!error || group.size() == 1) {
        for (std::size_t i = 0; i < group.size(); ++i) {
            bool last_of_writer = true; // one word for several batches
            for (std::size_t k = i + 1; k < group.size(); ++k) last_of_writer &= group[k].writer != group[i].writer;
            if (last_of_writer) group[i].writer->on_committed(group[i].number, error);
        }
        if (error) failed_.fetch_add(1, std::memory_order_relaxed);
        return;
    }
    // What a later batch says is not to count while an earlier one is written without it.
    for (const auto& j : group) announce_(j.batch, false);
    for (auto& j : group) {
        announce_(j.batch, true);
        commit_group({&j, 1});
    }
}

std::error_code commit_thread::try_commit(std::span<const job> group) {
    behind_ = true;
    try {
        commit_(group);
    } catch (const std::system_error& e) {
        return e.code();
    } catch (const std::exception&) {
        return std::make_error_code(std::errc::io_error);
    }
    behind_ = false;
    commits_.fetch_add(1, std::memory_order_relaxed);
    for (const auto& j : group)
        rows_.fetch_add(j.batch.measurements.size() + j.batch.history.size(), std::memory_order_relaxed);
    return {};
}

} // namespace nightjar::storage
