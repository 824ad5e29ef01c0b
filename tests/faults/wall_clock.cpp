// LD_PRELOAD this to move a program's wall clock: it is the true one plus as many seconds as the file says that
// NIGHTJAR_CLOCK_OFFSET names (an int64, mapped), at every moment. Steady clocks and timers stay true.
// libfaketime looks for its functions when a clock is first asked, which allocates, and jemalloc asks with a lock held.
#include <cstdint>
#include <cstdlib>
#include <ctime>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

namespace {

const volatile std::int64_t* offset = nullptr;

__attribute__((constructor)) void open_offset() {
    const char* name = std::getenv("NIGHTJAR_CLOCK_OFFSET");
    const int fd = name == nullptr ? -1 : ::open(name, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return;
    void* p = ::mmap(nullptr, sizeof *offset, PROT_READ, MAP_SHARED, fd, 0);
    if (p != MAP_FAILED) offset = static_cast<const volatile std::int64_t*>(p);
    ::close(fd);
}

} // namespace

extern "C" {

int clock_gettime(clockid_t clock, timespec* now) noexcept {
    const auto result = static_cast<int>(::syscall(SYS_clock_gettime, clock, now));
    const bool wall = clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE;
    if (result == 0 && wall && offset != nullptr) now->tv_sec += *offset;
    return result;
}

int gettimeofday(timeval* now, void*) noexcept {
    timespec exact{};
    clock_gettime(CLOCK_REALTIME, &exact);
    *now = {exact.tv_sec, exact.tv_nsec / 1000};
    return 0;
}

std::time_t time(std::time_t* result) noexcept {
    timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);
    if (result != nullptr) *result = now.tv_sec;
    return now.tv_sec;
}

} // extern "C"
