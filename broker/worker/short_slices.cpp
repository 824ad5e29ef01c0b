#include "broker/worker/short_slices.hpp"

#include <cstdint>

#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace nightjar::worker {

namespace {

// sched_setattr(2); the C library has no wrapper, and the kernel's header and <sched.h> exclude one another.
struct sched_attr {
    std::uint32_t size = sizeof(sched_attr), policy = SCHED_OTHER;
    std::uint64_t flags = 0;
    std::int32_t nice = 0;
    std::uint32_t priority = 0;
    std::uint64_t runtime_ns = 0, deadline_ns = 0, period_ns = 0;
};

constexpr std::uint64_t shortest_ns = 100'000; // that the kernel grants

} // namespace

void take_short_slices() {
    sched_attr wish;
    wish.nice = ::getpriority(PRIO_PROCESS, 0); // of this thread, on Linux; stays
    wish.runtime_ns = shortest_ns;
    ::syscall(SYS_sched_setattr, 0, &wish, 0U); // a wish: nothing depends on it
}

} // namespace nightjar::worker
