// So many at a time, the others wait in order: for answers that take much memory until they are written. Web thread.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace nightjar::web {

class turns {
  public:
    explicit turns(std::size_t at_a_time) : free_(at_a_time) {}
    turns(const turns&) = delete;
    turns& operator=(const turns&) = delete;

    class turn {
      public:
        explicit turn(turns& of) : of_(&of) {}
        turn(turn&& other) noexcept : of_(std::exchange(other.of_, nullptr)) {}
        turn& operator=(turn&&) = delete;
        ~turn() {
            if (of_ != nullptr) of_->give_back();
        }

      private:
        turns* of_;
    };

    // Held until the turn goes. The turns outlive it.
    boost::asio::awaitable<turn> take() {
        namespace asio = boost::asio;
        if (free_ > 0) {
            --free_;
            co_return turn(*this);
        }
        const auto timer = std::make_shared<asio::steady_timer>(co_await asio::this_coro::executor);
        timer->expires_at(asio::steady_timer::time_point::max());
        waiting_.push_back(timer);
        co_await timer->async_wait(asio::as_tuple(asio::use_awaitable));
        co_return turn(*this);
    }

  private:
    void give_back() {
        if (waiting_.empty()) {
            ++free_;
            return;
        }
        const auto next = std::move(waiting_.front());
        waiting_.pop_front();
        next->cancel();
    }

    std::size_t free_;
    std::deque<std::shared_ptr<boost::asio::steady_timer>> waiting_;
};

} // namespace nightjar::web
