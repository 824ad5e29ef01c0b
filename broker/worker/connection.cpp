// Framing, output and the end of a connection. CONNECT has its own file.
#include "broker/worker/connection.hpp"

#include "broker/codec/decode.hpp"
#include "broker/codec/encode.hpp"
#include "broker/worker/worker.hpp"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

namespace nightjar::worker {

using session::ending;

namespace {

constexpr std::uint32_t connect_deadline = 5;               // seconds, from the first byte of TCP to a whole CONNECT
constexpr std::uint32_t verdict_deadline = 60;              // seconds, until a plugin has judged a CONNECT
constexpr std::uint32_t never = 3600;                       // seconds; the wheel asks earlier anyway
constexpr std::size_t first_packet_limit = 100'000;         // bytes, before we know who it is
constexpr std::size_t write_early = std::size_t{256} << 10; // bytes of output that do not wait for the end of the turn
constexpr std::size_t output_limit = std::size_t{1} << 20;  // bytes kept for a client that does not read

} // namespace

connection::connection(worker& home, incoming from)
    : home_(home), transport_(std::move(from.transport)), listener_(from.listener), output_(home.buffers()),
      last_received_(home.now_seconds()), verdict_(from.verdict), peer_(from.peer), vouched_(std::move(from.vouched)) {
    if (from.reloads != home.reloads()) verdict_.reset();
    listener_->open.fetch_add(1, std::memory_order_relaxed);
}

connection::~connection() {
    home_.buffers().give_back(partial_);
    output_.clear();
    count_backlog();
    listener_->open.fetch_sub(1, std::memory_order_relaxed);
}

void connection::start(std::string_view read_ahead) {
    home_.file(*this);
    if (!read_ahead.empty()) { // counted where it was read
        connect_counted_ = true;
        take(read_ahead);
    }
    if (!closing_) transport_->start(*this);
}

std::string connection::name() const {
    const auto address = fmt::format("[{}]", peer_.place());
    return session_ != nullptr ? fmt::format("{} {}", session_->client_id(), address) : address;
}

// --- bytes to packets

void connection::on_bytes(std::string_view bytes) {
    if (session_ != nullptr) last_received_ = home_.now_seconds(); // who trickles a CONNECT gains no time
    bytes_received_ += bytes.size();
    home_.count().bytes_received.add(bytes.size());
    take(bytes);
}

void connection::take(std::string_view bytes) {
    while (partial_size_ > 0 && open_for_packets() && complete_partial(bytes)) {}
    take_frames(bytes);
    if (waiting_) {
        waiting_->append(bytes);
    } else if (leaving_for_) {
        leave(bytes);
    } else if (!closing_ && !bytes.empty()) {
        keep_partial(bytes);
    }
}

void connection::take_frames(std::string_view& bytes) {
    while (open_for_packets()) {
        const auto read = codec::read_fixed_header(bytes);
        if (!read) return close(session::ending_of(read.error()), codec::describe(read.error()));
        if (!*read) return;
        const auto& header = **read;
        if (!acceptable(header)) return;
        const auto size = header.frame_size();
        if (bytes.size() < size) return;
        const auto frame = bytes.substr(0, size);
        bytes.remove_prefix(size);
        on_frame(header, frame);
    }
}

// Adds to the kept piece just what its packet still lacks; the rest is cut where it lies. False: more bytes are needed.
bool connection::complete_partial(std::string_view& bytes) {
    const auto read = codec::read_fixed_header({partial_.data, partial_size_});
    if (!read) return close(session::ending_of(read.error()), codec::describe(read.error())), false;
    if (*read && !acceptable(**read)) return false;
    const std::size_t wanted = *read ? (**read).frame_size() : partial_size_ + std::size_t{1};
    const auto piece = bytes.substr(0, wanted - partial_size_);
    keep_partial(piece);
    bytes.remove_prefix(piece.size());
    if (partial_size_ < wanted) return false;
    if (!*read) return true; // one byte of the fixed header more: look again
    const auto block = std::exchange(partial_, {});
    on_frame(**read, {block.data, std::exchange(partial_size_, 0)});
    home_.buffers().give_back(block);
    return true;
}

// Memory grows with what has arrived, not with what was announced.
void connection::keep_partial(std::string_view bytes) {
    const auto size = partial_size_ + bytes.size();
    if (size > partial_.capacity) {
        auto larger = home_.buffers().take(std::max(size, std::size_t{partial_.capacity} * 2));
        if (partial_size_ > 0) std::memcpy(larger.data, partial_.data, partial_size_);
        home_.buffers().give_back(std::exchange(partial_, larger));
    }
    std::memcpy(partial_.data + partial_size_, bytes.data(), bytes.size());
    partial_size_ = static_cast<std::uint32_t>(size);
}

bool connection::acceptable(const codec::fixed_header& header) {
    if (session_ == nullptr) {
        if (header.type != codec::packet_type::connect) { // [MQTT-3.1.0-1]
            close(ending::protocol_error, "packet before CONNECT");
            return false;
        }
        if (header.frame_size() > first_packet_limit) {
            close(ending::oversize_packet, "CONNECT packet too large");
            return false;
        }
    }
    const auto limit = home_.shared().conf.max_packet_size;
    if (limit != 0 && header.frame_size() > limit) {
        if (session_ != nullptr && header.type == codec::packet_type::publish)
            session_->count_drop(plugin::drop_reason::too_large);
        close(ending::oversize_packet, "packet larger than max_packet_size");
        return false;
    }
    return true;
}

void connection::on_frame(const codec::fixed_header& header, codec::bytes frame) {
    if (session_ == nullptr) return on_connect(header, frame);
    home_.count().packets_received.add();
    if (header.type == codec::packet_type::pingreq) return on_pingreq(header);
    session_->on_packet(header, frame);
}

void connection::on_pingreq(const codec::fixed_header& header) {
    if (header.flags != 0 || header.remaining_length != 0)
        return close(ending::malformed_packet, "malformed PINGREQ"); // [MQTT-2.2.2-2]
    const bool watched = home_.shared().log.enabled(log::level::debug) || home_.tracer().on();
    if (watched) write_ping(codec::packet_type::pingreq);
    send(codec::encode_empty(codec::packet_type::pingresp)); // [MQTT-3.12.4-1]
    if (watched) write_ping(codec::packet_type::pingresp);
}

// --- output

void connection::commit(std::size_t size) {
    output_.commit(size);
    ++output_packets_;
    bytes_sent_ += size;
    home_.count().bytes_sent.add(size);
    home_.count().packets_sent.add();
    if (!dirty_) {
        dirty_ = true;
        home_.touched(*this);
    }
}

void connection::append_payload(const topics::message_ptr& m) {
    intrusive_ptr_add_ref(m.get());
    output_.append_shared({m->payload(), m.get(), [](const void* owner) {
                               intrusive_ptr_release(static_cast<const topics::message*>(owner));
                           }});
    bytes_sent_ += m->payload().size();
    home_.count().bytes_sent.add(m->payload().size());
}

bool connection::has_room(std::size_t size) {
    if (closing_) return false;
    if (output_.size() + size <= write_early) return true;
    if (!transport_->blocked()) transport_->flush(output_);
    return !closing_ && (output_.empty() || output_.size() + size <= output_limit);
}

bool connection::try_send(codec::bytes packet, std::size_t payload) {
    if (closing_ || (output_.size() + packet.size() > write_early && !has_room(packet.size()))) return false;
    output_.append(packet);
    ++output_packets_;
    bytes_sent_ += packet.size();
    auto& count = home_.count();
    count.bytes_sent.add(packet.size());
    count.packets_sent.add();
    count.publish_sent.add();
    count.publish_bytes_sent.add(payload);
    if (!dirty_) {
        dirty_ = true;
        home_.touched(*this);
    }
    return true;
}

bool connection::roomy() {
    if (closing_) return false;
    if (output_.size() < write_early) return true;
    if (!transport_->blocked()) transport_->flush(output_);
    return !closing_ && output_.size() < write_early;
}

void connection::call_again() {
    if (!std::exchange(called_again_, true)) home_.call_again(*this);
}

void connection::go_on() {
    called_again_ = false;
    if (!closing_ && !transport_->blocked()) transport_->flush(output_);
    if (!closing_ && !transport_->blocked() && session_ != nullptr) session_->on_drained();
}

void connection::flush() {
    dirty_ = false;
    if (closing_) return;
    transport_->flush(output_);
    count_backlog();
    // Who does not read its answers is not read from either, so output stays bounded whatever it asks for.
    if (!closing_ && output_.size() > output_limit && !reading_paused_) {
        reading_paused_ = true;
        transport_->pause_reading(true);
    }
}

void connection::on_drained() {
    if (closing_) return;
    if (std::exchange(reading_paused_, false)) transport_->pause_reading(false);
    if (session_ != nullptr) session_->on_drained();
    if (!output_.empty() && !transport_->blocked()) transport_->flush(output_);
    count_backlog();
}

// Of a client that does not read. What has gone into a WebSocket's frame or a TLS record is not in it.
void connection::count_backlog() {
    if (output_.empty()) output_packets_ = 0;
    const auto bytes = static_cast<std::uint32_t>(output_.size());
    if ((output_packets_ | counted_packets_) == 0) return;
    auto& count = home_.count();
    count.backlog_packets.add(output_packets_ - std::uint64_t{counted_packets_}); // both may have become fewer
    count.backlog_bytes.add(bytes - std::uint64_t{counted_bytes_});
    counted_packets_ = output_packets_;
    counted_bytes_ = bytes;
}

// --- for the administrator

void connection::describe(plugin::client_record& into) const {
    if (!into.connection) into.connection.emplace();
    auto& c = *into.connection;
    c.address = address();
    c.port = peer_.port;
    c.listener = listener_->label();
    c.transport = transport_->kind();
    c.keep_alive = keep_alive_;
    c.connected_ms = connected_ms_;
    c.last_packet_ms = home_.wall_ms_of(last_received_);
    c.traffic.bytes_received = bytes_received_;
    c.traffic.bytes_sent = bytes_sent_;
    into.output_bytes = output_.size();
}

// `reason` empty: it has come.
void connection::tell_presence(const session::session& session, std::string_view reason) {
    if (!home_.presence_watched()) return;
    const auto at = address(), listener = listener_->label();
    auto who = home_.describe(session);
    who.address = at;
    who.port = peer_.port;
    home_.shared().plugins.on_presence(
        home_, {who, reason.empty(), listener, session.version(), session.clean(), keep_alive_, reason});
}

// MQTT 3.1.1 has no DISCONNECT from the server [MQTT-3.14]: the client sees its connection end.
void connection::kick() { close(ending::administrative, "administrative action"); }

// --- deadlines

std::uint32_t connection::deadline() const {
    if (waiting_) return last_received_ + verdict_deadline;
    if (session_ == nullptr) return last_received_ + connect_deadline;
    if (keep_alive_ == 0) return home_.now_seconds() + never;
    return last_received_ + (keep_alive_ * 3U + 1) / 2 + 1; // [MQTT-3.1.2-24]; +1: seconds are cut off
}

void connection::on_deadline() {
    if (closing_) return;
    if (home_.now_seconds() < deadline()) return home_.file(*this);
    if (session_ == nullptr) return close(ending::other, "no CONNECT in time");
    close(ending::keep_alive, "exceeded keep alive");
}

// --- the end

void connection::close(session::ending why, std::string_view detail) {
    if (std::exchange(closing_, true)) return;
    ending_ = why;
    detail_ = detail;
    home_.closed(*this);
}

void connection::on_lost(std::string_view cause) {
    lost_ = true;
    close(cause.starts_with(net::just_lost) ? ending::connection_lost : ending::other, cause);
}

// To the worker that holds the session, with all that was read.
void connection::leave(std::string_view rest) {
    leaving_for_->bytes.append(rest);
    transport_->detach();
    home_.hand_over(leaving_for_->worker, {std::move(transport_), peer_, listener_, std::move(leaving_for_->bytes),
                                           std::move(vouched_), verdict_, home_.reloads()});
}

void connection::shut_down() {
    if (!transport_) return; // it has left for another worker
    if (waiting_) home_.forget(*this);
    if (!lost_) {
        if (!transport_->blocked()) transport_->flush(output_);
        transport_->close();
    }
    write_end();
    if (session_ != nullptr) release_session();
}

void connection::release_session() {
    auto& session = *std::exchange(session_, nullptr);
    home_.count().clients_connected.subtract();
    const std::string_view reason = detail_.empty() ? "DISCONNECT" : detail_;
    tell_presence(session, reason);
    if (!session.clean()) {
        plugin::client_record last;
        session.describe(last, home_.now());
        describe(last);
        session.remember({std::move(*last.connection), reason, home_.now().wall_ms});
    }
    session.detach(session.disconnect_received(), home_.now());
    if (session.clean()) home_.end_session(session); // [MQTT-3.1.2-6]
}

} // namespace nightjar::worker
