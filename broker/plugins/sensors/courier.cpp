#include "broker/plugins/sensors/courier.hpp"

#include <chrono>

#include <pthread.h>

namespace nightjar::plugins::sensors {

using storage::notification_state;

namespace {

std::int64_t steady_ms() {
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

std::int64_t wall_ms() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

} // namespace

courier::courier(storage::store& store, log::logger& log, std::string thread_name, delivery how, archive where)
    : store_(store), log_(log), name_(std::move(thread_name)), deliver_(std::move(how)), archive_(std::move(where)) {}

courier::~courier() { stop(); }

void courier::configure(const outbox::limits& to) {
    const std::scoped_lock lock(mutex_);
    box_.configure(to);
    more_.notify_one();
}

void courier::add(storage::notification_record what, std::int64_t age_ms) {
    const std::scoped_lock lock(mutex_);
    if (stop_) return; // it is in the store
    box_.add(std::move(what), steady_ms(), age_ms);
    if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
    more_.notify_one();
}

void courier::stop() {
    stop_ = true;
    {
        const std::scoped_lock lock(mutex_); // it is waiting, or will look
        more_.notify_one();
    }
    if (thread_.joinable()) thread_.join();
}

void courier::run() {
    pthread_setname_np(pthread_self(), name_.c_str());
    std::unique_lock lock(mutex_);
    while (!stop_) work(lock);
}

void courier::work(std::unique_lock<std::mutex>& lock) {
    const auto job = box_.next(steady_ms());
    store_changes();
    if (!job) {
        const auto when = box_.wake_at();
        if (!when) return more_.wait(lock);
        more_.wait_for(lock, std::chrono::milliseconds(std::max<std::int64_t>(*when - steady_ms(), 1)));
        return;
    }
    lock.unlock();
    const auto result = deliver_(*job, stop_);
    lock.lock();
    if (result.done) {
        box_.finished(*job, steady_ms());
    } else if (!stop_) {
        box_.failed(*job, steady_ms(), result.error, result.final);
        log_.warning("Warning: sensors: an alert was not delivered: {}{}", result.error,
                     result.final ? "" : "; it will be tried again");
    }
    store_changes();
}

void courier::store_changes() {
    storage::write_batch batch;
    batch.notifications = box_.take_changes();
    if (batch.notifications.empty()) return;
    for (auto& record : batch.notifications) {
        if (record.state == notification_state::pending) continue;
        record.finished_ms = wall_ms();
        const auto old = archive_(record);
        batch.old_notifications.insert(batch.old_notifications.end(), old.begin(), old.end());
    }
    store_.submit(*this, ++batches_, std::move(batch));
}

std::size_t courier::waiting_count() const {
    const std::scoped_lock lock(mutex_);
    return box_.size();
}

std::vector<storage::notification_record> courier::waiting() const {
    const std::scoped_lock lock(mutex_);
    return box_.waiting();
}

} // namespace nightjar::plugins::sensors
