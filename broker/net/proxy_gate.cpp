#include "broker/net/proxy_gate.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <map>
#include <string>

#include <boost/asio/steady_timer.hpp>
#include <sys/socket.h>

namespace nightjar::net {

namespace {
constexpr auto patience = std::chrono::seconds{5}; // from the connection to its whole header
constexpr std::size_t most_waiting = 4096;
} // namespace

struct proxy_gate::visitor {
    visitor(asio::io_context& context, arrival who)
        : peer(who.peer), socket(make_stream_socket(context, std::move(who.socket))), deadline(context) {}

    const peer_address peer;  // the proxy
    std::uint64_t number = 0; // in order of arrival
    stream_socket socket;
    asio::steady_timer deadline;
    std::string bytes; // of the header
};

struct proxy_gate::shared : std::enable_shared_from_this<shared> {
    shared(asio::io_context& c, const config::listener& l, log::logger& to) : context(c), listener(l), log(to) {}

    void wait(const visitor_ptr& v);
    void read(const visitor_ptr& v);
    void refuse(const visitor_ptr& v, std::string_view why);
    void close(const visitor_ptr& v);
    void let_in(const visitor_ptr& v, const proxy_header& header);
    // What is known after some bytes more.
    enum class progress { more, whole, wrong };
    progress look(visitor& v, std::size_t& wanted) const;
    long receive(visitor& v, std::size_t most) const;

    asio::io_context& context;
    const config::listener& listener;
    log::logger& log;
    std::function<void(arrival)> pass;            // empty: stopped
    std::map<std::uint64_t, visitor_ptr> waiting; // by number: the oldest first
    std::uint64_t arrivals = 0;
};

proxy_gate::proxy_gate(asio::io_context& context, const config::listener& listener, log::logger& log)
    : shared_(std::make_shared<shared>(context, listener, log)) {}

void proxy_gate::start(std::function<void(arrival)> pass) { shared_->pass = std::move(pass); }

void proxy_gate::stop() {
    shared_->pass = nullptr;
    for (const auto& [number, v] : std::exchange(shared_->waiting, {})) shared_->close(v);
}

// A proxy sends its header at once: whoever has waited for longest makes room.
void proxy_gate::take(arrival who) {
    auto& waiting = shared_->waiting;
    if (waiting.size() >= most_waiting) {
        const auto oldest = waiting.begin()->second;
        shared_->refuse(oldest, "too many wait for their PROXY header");
    }
    const auto v = std::make_shared<visitor>(shared_->context, std::move(who));
    v->number = shared_->arrivals++;
    waiting.emplace(v->number, v);
    v->deadline.expires_after(patience);
    v->deadline.async_wait([s = shared_, v](error_code error) {
        if (!error && s->waiting.contains(v->number)) s->refuse(v, "no PROXY header in time");
    });
    shared_->read(v);
}

void proxy_gate::shared::wait(const visitor_ptr& v) {
    v->socket.async_wait(asio::socket_base::wait_read, [s = shared_from_this(), v](error_code error) {
        if (!error && s->waiting.contains(v->number)) s->read(v);
    });
}

void proxy_gate::shared::close(const visitor_ptr& v) {
    waiting.erase(v->number);
    v->deadline.cancel();
    error_code ignored;
    v->socket.close(ignored);
}

void proxy_gate::shared::refuse(const visitor_ptr& v, std::string_view why) {
    log.notice("Client connection from {} on {} denied: {}.", v->peer.place(), listener.name(), why);
    close(v);
}

// Only bytes of the header leave the socket. Version 1 ends with its line, wherever that is: so look first.
long proxy_gate::shared::receive(visitor& v, std::size_t most) const {
    std::array<char, longest_proxy_v2_rest> buffer;
    const int fd = v.socket.native_handle();
    most = std::min(most, buffer.size());
    if (listener.proxy_protocol == 1) {
        const auto seen = ::recv(fd, buffer.data(), most, MSG_DONTWAIT | MSG_PEEK);
        if (seen <= 0) return seen;
        const auto* end = std::find(buffer.data(), buffer.data() + seen, '\n');
        most =
            static_cast<std::size_t>(std::min(end + 1, static_cast<const char*>(buffer.data() + seen)) - buffer.data());
    }
    const auto size = ::recv(fd, buffer.data(), most, MSG_DONTWAIT);
    if (size > 0) v.bytes.append(buffer.data(), static_cast<std::size_t>(size));
    return size;
}

proxy_gate::shared::progress proxy_gate::shared::look(visitor& v, std::size_t& wanted) const {
    if (!may_begin_proxy(listener.proxy_protocol, v.bytes)) return progress::wrong;
    if (listener.proxy_protocol == 1) {
        if (v.bytes.ends_with('\n')) return progress::whole;
        wanted = longest_proxy_v1 - v.bytes.size();
        return wanted == 0 ? progress::wrong : progress::more;
    }
    wanted = proxy_v2_start - std::min(v.bytes.size(), proxy_v2_start);
    if (wanted != 0) return progress::more;
    const auto rest = proxy_v2_rest(std::string_view(v.bytes).substr(0, proxy_v2_start));
    if (!rest) return progress::wrong;
    wanted = proxy_v2_start + *rest - v.bytes.size();
    return wanted == 0 ? progress::whole : progress::more;
}

void proxy_gate::shared::read(const visitor_ptr& v) {
    std::size_t wanted = 0;
    for (auto now = look(*v, wanted); now != progress::whole; now = look(*v, wanted)) {
        if (now == progress::wrong)
            return refuse(v, listener.proxy_protocol == 1 ? "no PROXY v1 header" : "no PROXY v2 header");
        const auto size = receive(*v, wanted);
        if (size > 0) continue;
        if (size < 0 && (errno == EAGAIN || errno == EINTR)) return wait(v);
        if (!v->bytes.empty()) return refuse(v, "the connection ended in its PROXY header");
        return close(v); // a proxy that looks whether we are there
    }
    const std::string_view bytes = v->bytes;
    const auto header = listener.proxy_protocol == 1
                            ? parse_proxy_v1(bytes)
                            : parse_proxy_v2(bytes.substr(0, proxy_v2_start), bytes.substr(proxy_v2_start));
    if (!header) return refuse(v, "its PROXY header is malformed");
    let_in(v, *header);
}

void proxy_gate::shared::let_in(const visitor_ptr& v, const proxy_header& header) {
    const auto peer = header.peer.value_or(v->peer);
    const char* lacking = listener.proxy_requires_tls && !header.tls        ? "client did not connect using TLS"
                          : tls_at_the_proxy(listener) && !header.certified ? "client did not provide a certificate"
                                                                            : nullptr;
    if (lacking != nullptr) {
        log.notice("Connection from {} rejected, {}.", peer.place(), lacking);
        return close(v);
    }
    if (header.tls)
        log.debug("Connection from {} negotiated {} cipher {}", peer.place(), header.tls_version, header.cipher);
    waiting.erase(v->number);
    v->deadline.cancel();
    error_code ignored;
    arrival who{descriptor(v->socket.release(ignored)), peer};
    if (header.certified) who.vouched = std::make_unique<peer_identity>(peer_identity{header.common_name, {}});
    pass(std::move(who));
}

} // namespace nightjar::net
