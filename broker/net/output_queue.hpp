// What waits to be written to one client: small packets copied one behind the other, large payloads by reference
// in between. Owned by a connection, one thread. Copying below some KiB is cheaper than one more iovec, and gives one
// send per connection and loop turn.
#pragma once

#include "broker/net/buffer_pool.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

#include <sys/uio.h>

namespace nightjar::net {

// Bytes that somebody else owns, kept alive by a count. release(owner) is called once when they have been written
// or the queue is dropped.
struct shared_bytes {
    std::string_view bytes;
    const void* owner = nullptr;
    void (*release)(const void*) = nullptr;
};

class output_queue {
  public:
    explicit output_queue(buffer_pool& pool) : pool_(&pool) {}
    output_queue(output_queue&& other) noexcept;
    output_queue& operator=(output_queue&& other) noexcept;
    ~output_queue() { clear(); }

    bool empty() const { return pending_ == 0; }
    std::size_t size() const { return pending_; } // bytes not yet written

    // Room for `size` bytes at the end; what is written there counts after commit(size).
    char* reserve(std::size_t size) {
        if (block_.capacity - used_ < size) grow(size);
        return block_.data + used_;
    }
    void commit(std::size_t size) {
        used_ += static_cast<std::uint32_t>(size);
        pending_ += size;
    }
    void append(std::string_view bytes) {
        std::memcpy(reserve(bytes.size()), bytes.data(), bytes.size());
        commit(bytes.size());
    }
    void append_shared(shared_bytes body);

    // Fills up to `limit` iovecs with what comes first; returns how many.
    std::size_t gather(iovec* out, std::size_t limit) const;
    void consume(std::size_t size); // so many bytes are written
    void clear();

  private:
    struct placed { // stands in front of the copied byte at `position`
        shared_bytes body;
        std::uint32_t position;
    };
    void grow(std::size_t size);

    buffer_pool* pool_;
    pooled_block block_;
    std::uint32_t used_ = 0;  // bytes in block_
    std::uint32_t sent_ = 0;  // of them written
    std::size_t pending_ = 0; // all that is not yet written, shared bytes too
    std::unique_ptr<std::vector<placed>> shared_;
};

} // namespace nightjar::net
