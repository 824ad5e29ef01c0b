#include "broker/session/inflight_window.hpp"

#include <algorithm>

namespace nightjar::session {

namespace {
constexpr std::size_t first_size = 16, full_size = 65'536;
}

inflight_window::~inflight_window() {
    count_.waiting.subtract(used_);
    count_.waiting_bytes.subtract(used_bytes_);
}

inflight_window::slot& inflight_window::add(topics::message_ptr m, codec::qos qos, bool retain) {
    if (slots_.size() < full_size && used_ * 2 >= slots_.size()) grow();
    do { // a straggler may still hold the id that is next [MQTT-2.3.1-4]
        ++last_id_;
    } while (last_id_ == 0 || at(last_id_).state != state::free);
    const auto next = qos == codec::qos::at_least_once ? state::awaiting_puback : state::awaiting_pubrec;
    return fill(at(last_id_), std::move(m), last_id_, next, retain);
}

inflight_window::slot& inflight_window::restore(topics::message_ptr m, codec::packet_id id,
                                                inflight_window::state state, bool retain) {
    // Old ids may lie anywhere: no two of them may fall into one slot.
    while (slots_.size() < full_size && (used_ * 2 >= slots_.size() || at(id).state != state::free)) grow();
    last_id_ = id;
    return fill(at(id), std::move(m), id, state, retain);
}

inflight_window::slot& inflight_window::fill(slot& s, topics::message_ptr m, codec::packet_id id,
                                             inflight_window::state state, bool retain) {
    const auto size = static_cast<std::uint32_t>(m->payload().size());
    s = {std::move(m), next_sequence_++, id, state, retain, false, false, size};
    ++used_;
    used_bytes_ += size;
    count_.waiting.add();
    count_.waiting_bytes.add(size);
    return s;
}

inflight_window::slot* inflight_window::find(codec::packet_id id) {
    if (slots_.empty()) return nullptr;
    slot& s = at(id);
    return s.state != state::free && s.id == id ? &s : nullptr;
}

void inflight_window::remove(slot& s) {
    s.message.reset();
    s.state = state::free;
    --used_;
    used_bytes_ -= s.payload_size;
    count_.waiting.subtract();
    count_.waiting_bytes.subtract(s.payload_size);
}

std::vector<inflight_window::slot*> inflight_window::in_order() {
    std::vector<slot*> result;
    result.reserve(used_);
    for (auto& s : slots_)
        if (s.state != state::free) result.push_back(&s);
    // Sequences wrap; the distance to the newest does not.
    std::sort(result.begin(), result.end(), [this](const slot* a, const slot* b) {
        return next_sequence_ - a->sequence > next_sequence_ - b->sequence;
    });
    return result;
}

void inflight_window::grow() {
    std::vector<slot> old(slots_.empty() ? first_size : slots_.size() * 2);
    old.swap(slots_);
    for (auto& s : old)
        if (s.state != state::free) at(s.id) = std::move(s);
}

} // namespace nightjar::session
