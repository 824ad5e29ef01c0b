// The process's heap. The allocator is jemalloc: messages are made by the workers and freed by whoever is done with
// them last, mostly the store's thread, and glibc's arenas make both wait for one another. Retained messages on disk,
// CPU per message: 1.2 us with glibc, 0.8 us with jemalloc.
#pragma once

#include <cstdint>

namespace nightjar::worker {

// Bytes that were asked for and not given back; not what the allocator keeps for later. Any thread; takes microseconds.
std::uint64_t heap_in_use();

// Starts a thread of the allocator's own that gives unused memory back to the system, some ten seconds after a burst,
// also when nothing happens any more. Once, by the process that stays: a fork() leaves the thread behind.
void give_unused_memory_back();

} // namespace nightjar::worker
