// A moment after which something is called, moved further and further while things go on: a connection that makes
// progress never sees it. Costs a timer operation only when the moment is reached or comes closer. One thread.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

namespace nightjar::web {

class deadline {
  public:
    using clock = std::chrono::steady_clock;

    deadline(const boost::asio::io_context::executor_type& executor, std::function<void()> when_missed)
        : state_(std::make_shared<state>(executor, std::move(when_missed))) {}
    ~deadline() {
        state_->when_missed = nullptr;
        state_->timer.cancel();
    }
    deadline(const deadline&) = delete;
    deadline& operator=(const deadline&) = delete;

    void expires_after(clock::duration time) {
        state_->at = clock::now() + time;
        if (!state_->waiting || state_->timer.expiry() > state_->at) wait(state_);
    }
    void expires_never() { state_->at = clock::time_point::max(); }

  private:
    // Outlives the deadline while the timer's handler is on its way.
    struct state {
        state(const boost::asio::io_context::executor_type& executor, std::function<void()> f)
            : timer(executor), when_missed(std::move(f)) {}
        boost::asio::steady_timer timer;
        std::function<void()> when_missed;
        clock::time_point at = clock::time_point::max();
        bool waiting = false;
    };

    static void wait(const std::shared_ptr<state>& s) {
        s->waiting = true;
        s->timer.expires_at(s->at); // ends the wait before
        s->timer.async_wait([s](boost::system::error_code cancelled) {
            if (cancelled || !s->when_missed) return;
            s->waiting = false;
            if (s->at == clock::time_point::max()) return;
            if (clock::now() < s->at) return wait(s);
            s->when_missed();
        });
    }

    std::shared_ptr<state> state_;
};

} // namespace nightjar::web
