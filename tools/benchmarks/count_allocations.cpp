// LD_PRELOAD this to count a program's allocations: every malloc, calloc, realloc and what new makes of them adds one
// to a counter in the file that NIGHTJAR_ALLOCATIONS names (8 bytes, mapped), where another process can read it.
#include <atomic>
#include <cstdint>
#include <cstdlib>

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

namespace {

std::atomic<std::uint64_t>* counter = nullptr;

__attribute__((constructor)) void open_counter() {
    const char* path = std::getenv("NIGHTJAR_ALLOCATIONS");
    if (path == nullptr) return;
    const int fd = ::open(path, O_RDWR);
    if (fd < 0) return;
    void* memory = ::mmap(nullptr, sizeof(std::uint64_t), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    ::close(fd);
    if (memory != MAP_FAILED) counter = static_cast<std::atomic<std::uint64_t>*>(memory);
}

void count() {
    if (counter != nullptr) counter->fetch_add(1, std::memory_order_relaxed);
}

} // namespace

// glibc's own entry points: no dlsym, which would allocate itself.
// NOLINTBEGIN(bugprone-reserved-identifier)
extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
// NOLINTEND(bugprone-reserved-identifier)

void* malloc(std::size_t size) {
    count();
    return __libc_malloc(size);
}
void* calloc(std::size_t n, std::size_t size) {
    count();
    return __libc_calloc(n, size);
}
void* realloc(void* p, std::size_t size) {
    count();
    return __libc_realloc(p, size);
}
}
