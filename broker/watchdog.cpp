#include "broker/watchdog.hpp"

#include <utility>

namespace nightjar {

watchdog::watchdog(std::vector<thread> threads, clock::duration patience, log::logger& log)
    : patience_(patience), log_(log) {
    for (auto& t : threads) watched_.push_back({.who = std::move(t)});
}

bool watchdog::all_alive(clock::time_point now) {
    bool all = true;
    for (auto& w : watched_) all &= alive(w, now);
    return all;
}

bool watchdog::alive(watched& w, clock::time_point now) {
    if (!w.answered->load(std::memory_order_acquire)) {
        if (now - w.asked < patience_) return true;
        if (!std::exchange(w.stuck, true))
            log_.error("Error: the thread {} has not answered for {} s; systemd's watchdog is told nothing.",
                       w.who.name, std::chrono::duration_cast<std::chrono::seconds>(now - w.asked).count());
        return false;
    }
    if (std::exchange(w.stuck, false)) log_.notice("The thread {} answers again.", w.who.name);
    w.asked = now;
    w.answered->store(false, std::memory_order_relaxed);
    w.who.post([answered = w.answered] { answered->store(true, std::memory_order_release); });
    return true;
}

void store_task::post(storage::store& to, std::function<void()> task) {
    task_ = std::move(task);
    to.submit(*this, ++number_, {});
}

void store_task::on_committed(std::uint64_t, std::error_code) noexcept {
    const auto task = std::exchange(task_, {}); // it may bring the next one at once
    task();
}

} // namespace nightjar
