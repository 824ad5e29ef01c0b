// Loaded before libfaketime, which moves absolute times of every timerfd, of the monotonic clock too: Asio's "at once"
// (1 ns) became a time that never comes, about once in a hundred rounds. The broker's only timerfd is that one.
#include <unistd.h>

#include <sys/syscall.h>
#include <sys/timerfd.h>

extern "C" int timerfd_settime(int fd, int flags, const itimerspec* value, itimerspec* old) noexcept {
    return static_cast<int>(::syscall(SYS_timerfd_settime, fd, flags, value, old));
}
