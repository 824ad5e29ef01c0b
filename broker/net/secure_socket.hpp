// A stream socket with or without TLS, as Asio and Beast want their streams: one type for http and https, ws and wss.
// One thread; may move to another io_context while no operation is pending. At most one read and one write at a time.
#pragma once

#include "broker/net/newest_first.hpp"
#include "broker/net/socket.hpp"
#include "broker/net/tls_session.hpp"

#include <array>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/compose.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core/role.hpp>

namespace nightjar::net {

class secure_socket {
  public:
    using executor_type = stream_socket::executor_type;

    // `tls` null: plain. A session has been made for this socket's descriptor. `handshakes`: where the steps of its
    // handshake wait for their turn; null: it is over.
    explicit secure_socket(stream_socket socket, tls_session_ptr tls = nullptr, newest_first* handshakes = nullptr)
        : socket_(std::move(socket)), tls_(std::move(tls)), handshakes_(handshakes) {}

    executor_type get_executor() { return socket_.get_executor(); }
    stream_socket& socket() { return socket_; }
    const tls_session* tls() const { return tls_.get(); }

    // Ends our direction: no more bytes from us.
    void shutdown();
    void close();
    // Writes what can be written without waiting; for a last word. Not while a write is pending.
    void write_now(std::string_view bytes);

    // To another thread: the descriptor leaves, the session stays and counts on coming back under the same number.
    descriptor release();
    void assign(stream_socket socket) { socket_ = std::move(socket); }
    tls_session_ptr take_tls() { return std::move(tls_); }

    template <typename Buffers, typename Token>
    auto async_read_some(const Buffers& buffers, Token&& token) {
        if (!tls_) return socket_.async_read_some(buffers, std::forward<Token>(token));
        return asio::async_compose<Token, void(error_code, std::size_t)>(
            operation<read_step, Buffers>{*this, buffers, {}, 0, stage::begun, false}, token, socket_);
    }
    template <typename Buffers, typename Token>
    auto async_write_some(const Buffers& buffers, Token&& token) {
        if (!tls_) return socket_.async_write_some(buffers, std::forward<Token>(token));
        return asio::async_compose<Token, void(error_code, std::size_t)>(
            operation<write_step, Buffers>{*this, buffers, {}, 0, stage::begun, false}, token, socket_);
    }

  private:
    enum class stage { begun, waiting, finished };
    static constexpr std::size_t record = std::size_t{16} << 10;

    tls_step read(asio::mutable_buffer into); // the three with TLS only
    tls_step write(std::string_view bytes);
    error_code error_of(tls_status status) const;

    struct read_step {
        template <typename Buffers>
        static tls_step run(secure_socket& on, const Buffers& buffers) {
            for (auto at = asio::buffer_sequence_begin(buffers); at != asio::buffer_sequence_end(buffers); ++at)
                if (const asio::mutable_buffer piece = *at; piece.size() > 0) return on.read(piece);
            return {};
        }
    };
    struct write_step {
        template <typename Buffers>
        static tls_step run(secure_socket& on, const Buffers& buffers) {
            std::array<char, record> scratch; // the same bytes whenever OpenSSL wants to see them again
            const auto size = asio::buffer_copy(asio::buffer(scratch), buffers);
            return size == 0 ? tls_step{} : on.write({scratch.data(), size});
        }
    };

    // Tries, waits for what it lacks, tries again. What is done at once completes as if it had waited.
    template <typename Step, typename Buffers>
    struct operation {
        secure_socket& on;
        Buffers buffers;
        error_code result;
        std::size_t size;
        stage at;
        bool its_turn = false;

        template <typename Self>
        void operator()(Self& self, error_code error = {}, std::size_t = 0) {
            if (at == stage::finished) return self.complete(result, size);
            if (error) return self.complete(error, 0);
            if (on.handshakes_ != nullptr && !on.tls_->established() && !its_turn) {
                its_turn = true;
                return on.handshakes_->post([self = std::move(self)]() mutable { self(); });
            }
            its_turn = false;
            const auto step = Step::run(on, buffers);
            const bool first = std::exchange(at, stage::waiting) == stage::begun;
            if (step.status == tls_status::wants_read)
                return on.socket_.async_wait(asio::socket_base::wait_read, std::move(self));
            if (step.status == tls_status::wants_write)
                return on.socket_.async_wait(asio::socket_base::wait_write, std::move(self));
            result = on.error_of(step.status);
            size = step.size;
            if (!first) return self.complete(result, size);
            at = stage::finished;
            const auto executor = on.get_executor();
            asio::post(executor, std::move(self));
        }
    };

    stream_socket socket_;
    tls_session_ptr tls_;
    newest_first* handshakes_;
};

// What Beast's websocket asks of its next layer.
void teardown(boost::beast::role_type role, secure_socket& socket, error_code& error);

template <typename Handler>
void async_teardown(boost::beast::role_type role, secure_socket& socket, Handler&& handler) {
    error_code error;
    teardown(role, socket, error);
    asio::post(socket.get_executor(), [handler = std::forward<Handler>(handler), error]() mutable { handler(error); });
}

void beast_close_socket(secure_socket& socket);

} // namespace nightjar::net
