// LD_PRELOAD this to count a program's allocations: every malloc, calloc, realloc and new adds one to a counter in the
// file that NIGHTJAR_ALLOCATIONS names (8 bytes, mapped), where another process can read it.
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <new>

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

// Of the program's own allocator, whichever it is. dlsym() allocates nothing when it finds the name.
template <typename Function>
Function* real(const char* name) {
    return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

} // namespace

extern "C" {
void* malloc(std::size_t size) {
    static const auto f = real<void*(std::size_t)>("malloc");
    count();
    return f(size);
}
void* calloc(std::size_t n, std::size_t size) {
    static const auto f = real<void*(std::size_t, std::size_t)>("calloc");
    count();
    return f(n, size);
}
void* realloc(void* p, std::size_t size) {
    static const auto f = real<void*(void*, std::size_t)>("realloc");
    count();
    return f(p, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) {
    static const auto f = real<void*(std::size_t, std::size_t)>("aligned_alloc");
    count();
    return f(alignment, size);
}
}

// An allocator with a `new` of its own would not come by here.
void* operator new(std::size_t size) {
    if (void* p = malloc(size)) return p;
    throw std::bad_alloc();
}
void* operator new[](std::size_t size) { return operator new(size); }
void* operator new(std::size_t size, std::align_val_t alignment) {
    if (void* p = aligned_alloc(static_cast<std::size_t>(alignment), size)) return p;
    throw std::bad_alloc();
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return malloc(size); }
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept { return malloc(size); }
