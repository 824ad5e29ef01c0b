// Tells of alerts by mail and webhook. An alert is stored with the incident it is about, in one commit, and sent from
// there by threads of their own (courier): a mail server that is dead delays nothing and loses nothing.
#pragma once

#include "broker/plugins/sensors/alert.hpp"
#include "broker/plugins/sensors/alert_options.hpp"
#include "broker/plugins/sensors/courier.hpp"

#include <array>
#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <string>

namespace nightjar::plugins::sensors {

class notifier final : public alert_listener {
  public:
    notifier(const alert_options& settings, storage::store& store, log::logger& log);

    void configure(const alert_options& settings); // while nobody calls on_alert()
    void on_alert(plugin::host& host, const alert& what) override { tell(host, what); }
    std::vector<storage::notification_id> tell(plugin::host& host, const alert& what); // what it becomes
    void stop(); // the threads; what waits stays in the store

    // Newest first. Any thread.
    std::vector<storage::notification_record> list() const;
    std::size_t waiting_count() const { return mail_.waiting_count() + posts_.waiting_count(); }
    std::uint64_t told() const { return told_.load(std::memory_order_relaxed); } // alerts, over MQTT all of them
    // How many ended so, since the start.
    std::uint64_t count(storage::notification_channel channel, storage::notification_state state) const {
        return counts_[static_cast<unsigned>(channel)][static_cast<unsigned>(state)].load(std::memory_order_relaxed);
    }

  private:
    std::shared_ptr<const alert_options> settings() const;
    void load(const storage::notifications& stored);
    storage::notification_id take(plugin::host& host, courier& by, storage::notification_record record);
    std::vector<storage::notification_id> archive(const storage::notification_record& done);
    delivery_result deliver_mail(const outbox::job& what, const std::atomic<bool>& stop) const;
    delivery_result deliver_post(const outbox::job& what, const std::atomic<bool>& stop) const;

    mutable std::mutex mutex_; // guards settings_ and past_
    std::shared_ptr<const alert_options> settings_;
    std::deque<storage::notification_record> past_; // done with, oldest first
    std::atomic<storage::notification_id> last_id_{0};
    std::array<std::array<std::atomic<std::uint64_t>, 4>, 2> counts_{};
    std::atomic<std::uint64_t> told_{0};
    courier mail_, posts_; // last: they end before the rest goes
};

} // namespace nightjar::plugins::sensors
