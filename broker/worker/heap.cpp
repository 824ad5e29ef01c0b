#include "broker/worker/heap.hpp"

#if defined(NIGHTJAR_JEMALLOC)

#include <cstddef>

#include <jemalloc/jemalloc.h>

namespace nightjar::worker {

std::uint64_t heap_in_use() {
    std::uint64_t epoch = 1; // figures are as old as the last time this was written
    std::size_t bytes = 0, size = sizeof bytes;
    ::mallctl("epoch", nullptr, nullptr, &epoch, sizeof epoch);
    ::mallctl("stats.allocated", &bytes, &size, nullptr, 0);
    return bytes;
}

void give_unused_memory_back() {
    bool on = true;
    ::mallctl("background_thread", nullptr, nullptr, &on, sizeof on); // best effort: without it memory stays ours
}

} // namespace nightjar::worker

#else // under a sanitizer

#include <malloc.h>

namespace nightjar::worker {

std::uint64_t heap_in_use() {
    const auto heap = ::mallinfo2();
    return heap.uordblks + heap.hblkhd;
}

void give_unused_memory_back() {}

} // namespace nightjar::worker

#endif
