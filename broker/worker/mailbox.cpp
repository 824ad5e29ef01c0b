#include "broker/worker/mailbox.hpp"

#include <cstring>
#include <utility>

namespace nightjar::worker {

void parcel::append(const header& h) {
    const auto* raw = reinterpret_cast<const char*>(&h);
    bytes_.append(raw, sizeof h);
    size_ += h.payload_size;
}

parcel::header parcel::header_at(std::size_t at) const {
    header h{};
    std::memcpy(&h, bytes_.data() + at, sizeof h);
    return h;
}

void parcel::add(const codec::publish& packet) {
    append({static_cast<std::uint32_t>(packet.payload.size()), static_cast<std::uint16_t>(packet.topic.size()),
            packet.retain, false});
    bytes_.append(packet.topic);
    bytes_.append(packet.payload);
}

void parcel::add(topics::message_ptr m, storage::recipient_list durable) {
    append({static_cast<std::uint32_t>(m->payload().size()), 0, m->retain(), true});
    shared_.push_back({std::move(m), std::move(durable)});
}

void parcel::clear() {
    constexpr std::size_t kept_memory = std::size_t{1} << 20;
    if (bytes_.capacity() > kept_memory) bytes_ = {};
    bytes_.clear();
    shared_.clear();
    size_ = 0;
}

bool mailbox::deliver(parcel& from) {
    waiting_.fetch_add(from.size(), std::memory_order_relaxed);
    const std::scoped_lock lock(mutex_);
    parcels_.push_back(std::move(from));
    from = parcel();
    if (!spares_.empty()) {
        from = std::move(spares_.back());
        spares_.pop_back();
    }
    return asleep_.exchange(false, std::memory_order_relaxed);
}

void mailbox::collect(std::vector<parcel>& out) {
    for (auto& p : out) p.clear();
    const std::scoped_lock lock(mutex_);
    for (auto& p : out)
        if (spares_.size() < kept_spares) spares_.push_back(std::move(p));
    out.clear();
    out.swap(parcels_);
    waiting_.store(0, std::memory_order_relaxed);
}

bool mailbox::fall_asleep() {
    const std::scoped_lock lock(mutex_);
    if (!parcels_.empty()) return false;
    asleep_.store(true, std::memory_order_relaxed);
    return true;
}

} // namespace nightjar::worker
