// Waiting in a coroutine of the web thread: for an answer that comes on another thread, or for the others.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace nightjar::web {

// ask(done): `done` is a copyable function that takes the Answer, on any thread, once or never. Nothing: it was not
// called within the deadline.
template <typename Answer, typename Ask>
boost::asio::awaitable<std::optional<Answer>> wait_for(std::chrono::milliseconds deadline, Ask ask) {
    namespace asio = boost::asio;
    struct waiting {
        explicit waiting(const asio::any_io_executor& executor) : timer(executor) {}
        asio::steady_timer timer; // cancelled by the answer
        std::optional<Answer> answer;
    };
    const auto home = co_await asio::this_coro::executor;
    auto state = std::make_shared<waiting>(home);
    state->timer.expires_after(deadline);
    // Perhaps after the deadline; only the web thread touches the state.
    std::weak_ptr<waiting> expected = state;
    ask([home, expected](Answer answer) {
        asio::post(home, [expected, answer = std::move(answer)]() mutable {
            const auto still = expected.lock();
            if (!still) return;
            still->answer = std::move(answer);
            still->timer.cancel();
        });
    });
    co_await state->timer.async_wait(asio::as_tuple(asio::use_awaitable));
    co_return std::move(state->answer);
}

// Between two pieces of long work: other requests have their turn.
inline boost::asio::awaitable<void> let_others_run() {
    co_await boost::asio::post(co_await boost::asio::this_coro::executor, boost::asio::use_awaitable);
}

} // namespace nightjar::web
