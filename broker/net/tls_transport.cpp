#include "broker/net/tls_transport.hpp"

#include <algorithm>
#include <cstring>

#include <boost/asio/post.hpp>
#include <sys/epoll.h>

namespace nightjar::net {

namespace {

constexpr std::size_t record = std::size_t{16} << 10;            // the most that one TLS record holds
constexpr std::size_t written_per_turn = std::size_t{256} << 10; // to one connection; then others have their turn
constexpr std::uint32_t in = EPOLLIN, out = EPOLLOUT, ended = EPOLLHUP | EPOLLERR;

// The first bytes of the queue as one piece: where they lie, if they lie together, or copied to `scratch`.
std::string_view first_bytes(const output_queue& output, std::size_t most, char* scratch) {
    constexpr std::size_t batch = 64;
    iovec parts[batch];
    const auto count = output.gather(parts, batch);
    if (count == 1 || parts[0].iov_len >= most)
        return {static_cast<const char*>(parts[0].iov_base), std::min(parts[0].iov_len, most)};
    std::size_t size = 0;
    for (std::size_t i = 0; i < count && size < most; ++i) {
        const auto piece = std::min(parts[i].iov_len, most - size);
        std::memcpy(scratch + size, parts[i].iov_base, piece);
        size += piece;
    }
    return {scratch, size};
}

} // namespace

tls_transport::tls_transport(descriptor socket, tls_session_ptr session)
    : tcp_transport(std::move(socket)), session_(std::move(session)) {}

void tls_transport::attach(const transport_home& home) {
    tcp_transport::attach(home);
    context_ = &home.context;
    handshakes_ = &home.handshakes;
}

void tls_transport::start(transport_events& events) {
    tcp_transport::start(events);
    if (session_->has_pending()) defer(); // from before a move
}

void tls_transport::pause_reading(bool paused) {
    tcp_transport::pause_reading(paused);
    if (!paused && events() != nullptr && session_->has_pending()) defer();
}

std::uint32_t tls_transport::wanted() const {
    const auto plain = tcp_transport::wanted() | (reading_wants_write_ ? out : 0U);
    return deferred_ ? plain & ~in : plain;
}

void tls_transport::on_ready(std::uint32_t events) {
    if (deferred_) events &= ~(in | ended); // its turn comes anyway
    if (reading_wants_write_ && (events & out) != 0) {
        reading_wants_write_ = false;
        if (this->events() != nullptr) watch();
        events |= in;
    }
    tcp_transport::on_ready(events);
}

void tls_transport::read() {
    if (session_->established()) return take_turn();
    defer();
}

void tls_transport::defer() {
    if (std::exchange(deferred_, true)) return;
    watch();
    auto turn = [self = boost::intrusive_ptr<tls_transport>(this)] {
        self->deferred_ = false;
        if (self->events() == nullptr) return;
        self->watch();
        if (!self->paused()) self->take_turn();
    };
    if (session_->established())
        asio::post(*context_, std::move(turn));
    else
        handshakes_->post(std::move(turn));
}

// At most one read buffer full.
void tls_transport::take_turn() {
    const auto buffer = read_buffer();
    std::size_t size = 0;
    tls_step step;
    do {
        step = session_->read(buffer.subspan(size));
        size += step.size;
    } while (step.status == tls_status::done && size < buffer.size() && session_->has_pending());
    reading_wants_write_ = step.status == tls_status::wants_write;
    if (reading_wants_write_) watch();
    note_read(size);
    if (size > 0) events()->on_bytes({buffer.data(), size});
    if (events() == nullptr || paused()) return; // closed, gone to another worker, or to be heard of later
    if (step.status == tls_status::closed || step.status == tls_status::failed) return lost(session_->reason());
    if (step.status == tls_status::done && session_->has_pending()) defer();
}

bool tls_transport::write_some(output_queue& output) {
    char scratch[record];
    for (std::size_t total = 0; !output.empty() && total < written_per_turn;) {
        const auto bytes = first_bytes(output, offered_ != 0 ? offered_ : record, scratch);
        const auto step = session_->write(bytes);
        if (step.status == tls_status::closed || step.status == tls_status::failed) return false;
        offered_ = step.status == tls_status::done ? 0 : bytes.size();
        if (offered_ != 0) return true; // the socket is full
        output.consume(step.size);
        total += step.size;
    }
    return true;
}

void tls_transport::close() {
    session_->close();
    tcp_transport::close();
}

} // namespace nightjar::net
