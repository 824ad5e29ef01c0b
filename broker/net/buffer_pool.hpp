// Byte buffers that come and go with each loop turn: a worker's free lists by size, 4 KiB to 1 MiB. A connection
// holds a buffer only while bytes are waiting in it. One pool per worker, one thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace nightjar::net {

struct pooled_block {
    char* data = nullptr;
    std::uint32_t capacity = 0;
};

class buffer_pool {
  public:
    buffer_pool() = default;
    buffer_pool(const buffer_pool&) = delete;
    buffer_pool& operator=(const buffer_pool&) = delete;
    ~buffer_pool();

    // At least `size` bytes, at most 4 GiB; uninitialised.
    pooled_block take(std::size_t size);
    void give_back(pooled_block block);

  private:
    static constexpr std::size_t smallest = 4096, classes = 9;                // up to 1 MiB
    static constexpr std::size_t kept_bytes_per_class = std::size_t{8} << 20; // more than that goes back to the heap
    static std::size_t class_of(std::size_t size);

    std::array<std::vector<char*>, classes> free_;
};

} // namespace nightjar::net
