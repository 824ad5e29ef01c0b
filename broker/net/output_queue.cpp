#include "broker/net/output_queue.hpp"

#include <algorithm>
#include <utility>

namespace nightjar::net {

output_queue::output_queue(output_queue&& other) noexcept
    : pool_(other.pool_), block_(std::exchange(other.block_, {})), used_(std::exchange(other.used_, 0)),
      sent_(std::exchange(other.sent_, 0)), pending_(std::exchange(other.pending_, 0)),
      shared_(std::move(other.shared_)) {}

output_queue& output_queue::operator=(output_queue&& other) noexcept {
    if (this != &other) {
        clear();
        pool_ = other.pool_;
        block_ = std::exchange(other.block_, {});
        used_ = std::exchange(other.used_, 0);
        sent_ = std::exchange(other.sent_, 0);
        pending_ = std::exchange(other.pending_, 0);
        shared_ = std::move(other.shared_);
    }
    return *this;
}

void output_queue::grow(std::size_t size) {
    const std::size_t kept = used_ - sent_;
    const auto wanted = std::max<std::size_t>(kept + size, std::size_t{block_.capacity} * 2);
    auto larger = pool_->take(sent_ > block_.capacity / 2 ? kept + size : wanted);
    if (kept > 0) std::memcpy(larger.data, block_.data + sent_, kept);
    if (shared_)
        for (auto& item : *shared_) item.position -= sent_;
    pool_->give_back(std::exchange(block_, larger));
    used_ = static_cast<std::uint32_t>(kept);
    sent_ = 0;
}

void output_queue::append_shared(shared_bytes body) {
    if (!shared_) shared_ = std::make_unique<std::vector<placed>>();
    pending_ += body.bytes.size();
    shared_->push_back({body, used_});
}

std::size_t output_queue::gather(iovec* out, std::size_t limit) const {
    std::size_t count = 0;
    std::uint32_t at = sent_;
    const auto add = [&](const char* data, std::size_t size) {
        if (size > 0) out[count++] = {const_cast<char*>(data), size};
    };
    if (shared_) {
        for (const auto& item : *shared_) {
            if (count + 2 > limit) return count;
            add(block_.data + at, item.position - at);
            add(item.body.bytes.data(), item.body.bytes.size());
            at = item.position;
        }
    }
    if (count < limit) add(block_.data + at, used_ - at);
    return count;
}

void output_queue::consume(std::size_t size) {
    pending_ -= size;
    if (pending_ == 0) return clear();
    if (shared_) {
        auto item = shared_->begin();
        for (; item != shared_->end(); ++item) {
            const std::size_t before = item->position - sent_;
            if (size < before) break;
            sent_ = item->position;
            size -= before;
            if (size < item->body.bytes.size()) {
                item->body.bytes.remove_prefix(size);
                size = 0;
                break;
            }
            size -= item->body.bytes.size();
            item->body.release(item->body.owner);
        }
        shared_->erase(shared_->begin(), item);
    }
    sent_ += static_cast<std::uint32_t>(size);
}

void output_queue::clear() {
    if (shared_) {
        for (const auto& item : *shared_) item.body.release(item.body.owner);
        shared_.reset();
    }
    pool_->give_back(std::exchange(block_, {}));
    used_ = sent_ = 0;
    pending_ = 0;
}

} // namespace nightjar::net
