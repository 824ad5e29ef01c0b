// Work of an io_context that is done one piece after the other, with everything else that is ready in between:
// handshakes. In a rush those who came long ago have given up, or never meant it; who has just come is served at once.
// Every other piece is the oldest, so that none waits for ever.
//
// One thread, the context's, which runs no more when this goes; pieces that are left are destroyed with it.
#pragma once

#include "broker/net/socket.hpp"

#include <deque>
#include <memory>
#include <type_traits>
#include <utility>

#include <boost/asio/post.hpp>

namespace nightjar::net {

class newest_first {
  public:
    explicit newest_first(asio::io_context& context) : context_(context) {}
    newest_first(const newest_first&) = delete;
    newest_first& operator=(const newest_first&) = delete;

    template <typename Function>
    void post(Function&& work) {
        waiting_.push_back(std::make_unique<piece_of<std::decay_t<Function>>>(std::forward<Function>(work)));
        if (!std::exchange(posted_, true)) schedule();
    }

  private:
    struct piece {
        virtual ~piece() = default;
        virtual void run() = 0;
    };
    template <typename Function>
    struct piece_of final : piece {
        explicit piece_of(Function&& f) : work(std::move(f)) {}
        explicit piece_of(const Function& f) : work(f) {}
        void run() override { work(); }
        Function work;
    };

    void schedule() {
        asio::post(context_, [this] { run_one(); });
    }
    void run_one() {
        const auto next = take();
        posted_ = !waiting_.empty();
        if (posted_) schedule();
        next->run();
    }

    std::unique_ptr<piece> take() {
        oldest_is_next_ = !oldest_is_next_;
        auto& at = oldest_is_next_ ? waiting_.back() : waiting_.front();
        auto taken = std::move(at);
        if (oldest_is_next_)
            waiting_.pop_back();
        else
            waiting_.pop_front();
        return taken;
    }

    asio::io_context& context_;
    std::deque<std::unique_ptr<piece>> waiting_; // in order of arrival
    bool posted_ = false;
    bool oldest_is_next_ = false;
};

} // namespace nightjar::net
