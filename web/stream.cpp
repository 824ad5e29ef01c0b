// An answer without an end of its own: sent as it comes, until it is over, its reader has gone, the server stops, its
// listener is closed, or a reload has taken the right to it.
#include "web/connection.hpp"

#include "web/response_head.hpp"

#include <chrono>
#include <memory>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>

namespace nightjar::web {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t slice = 64 * 1024;

std::int64_t now_ms() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

// What ends a wait; web thread.
struct waiting {
    explicit waiting(const asio::any_io_executor& executor) : timer(executor) {}
    asio::steady_timer timer;
    bool ready = false; // there is something to take
    bool gone = false;  // the reader
};

std::string chunk(std::string_view text) { return fmt::format("{:x}\r\n{}\r\n", text.size(), text); }

} // namespace

asio::awaitable<bool> connection::write(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto part = bytes.substr(0, slice);
        bytes.remove_prefix(part.size());
        deadline_.expires_after(context_.options.write_deadline);
        const auto [error, size] = co_await asio::async_write(stream_, asio::buffer(part), as_result);
        if (error) co_return false;
    }
    deadline_.expires_never();
    co_return true;
}

// After a reload the request is judged as if it came now; a HEAD, which makes no second stream.
asio::awaitable<bool> connection::still_allowed(unsigned& reloads) {
    if (std::exchange(reloads, context_.reloads) == context_.reloads) co_return true;
    request again = request_;
    again.method = "HEAD";
    again.counts = false;
    const response answer = co_await context_.app.respond(again);
    co_return answer.status == 200;
}

asio::awaitable<void> connection::send_stream(const response& answer, unsigned reloads) {
    const bool chunked = request_.version >= 11;
    const std::string head = format_head(answer, request_.version, false, now_ms());
    if (!co_await write(head)) co_return;
    if (request_.method == "HEAD") co_return;
    const auto home = co_await asio::this_coro::executor;
    const auto state = std::make_shared<waiting>(home);
    // A reader has nothing more to say: whatever comes from it, most of all its end, ends the stream.
    stream_.socket().async_wait(asio::socket_base::wait_read, [state](error_code) {
        state->gone = true;
        state->timer.cancel();
    });
    while (!state->gone && !context_.stopping && !listener().closed) {
        if (!co_await still_allowed(reloads)) break;
        auto piece = answer.stream->take();
        if (!piece) break;
        if (piece->empty()) {
            state->ready = false;
            state->timer.expires_after(context_.options.stream_pause);
            answer.stream->when_ready([home, state] {
                asio::post(home, [state] {
                    state->ready = true;
                    state->timer.cancel();
                });
            });
            if (!state->ready) co_await state->timer.async_wait(as_result);
            if (state->ready || state->gone) continue;
            piece = answer.stream->keep_alive(); // who does not take that is not there any more
        }
        // Named: GCC 12 destroys a temporary of a co_await twice.
        const std::string bytes = chunked ? chunk(*piece) : std::move(*piece);
        if (!co_await write(bytes)) co_return;
    }
    if (chunked && !state->gone) co_await write("0\r\n\r\n");
}

} // namespace nightjar::web
