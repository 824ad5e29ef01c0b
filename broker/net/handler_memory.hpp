// Memory for one pending Asio operation, inside the object that starts it: an idle connection waits without a malloc of
// its own. One thread. Falls back to the heap if the slot is taken or too small.
#pragma once

#include <cstddef>
#include <new>

namespace nightjar::net {

template <std::size_t Size> class handler_memory {
  public:
    handler_memory() = default;
    handler_memory(const handler_memory&) = delete;
    handler_memory& operator=(const handler_memory&) = delete;

    void* allocate(std::size_t size) {
        if (used_ || size > Size) return ::operator new(size);
        used_ = true;
        return storage_;
    }
    void deallocate(void* p) {
        if (p == storage_) {
            used_ = false;
        } else {
            ::operator delete(p);
        }
    }

  private:
    alignas(std::max_align_t) std::byte storage_[Size];
    bool used_ = false;
};

// The allocator that Asio finds in a handler (associated_allocator).
template <typename T, std::size_t Size> class handler_allocator {
  public:
    using value_type = T;
    template <typename U> struct rebind { using other = handler_allocator<U, Size>; };

    explicit handler_allocator(handler_memory<Size>& memory) : memory_(&memory) {}
    template <typename U> handler_allocator(const handler_allocator<U, Size>& other) : memory_(other.memory_) {}

    T* allocate(std::size_t n) { return static_cast<T*>(memory_->allocate(sizeof(T) * n)); }
    void deallocate(T* p, std::size_t) { memory_->deallocate(p); }
    template <typename U> bool operator==(const handler_allocator<U, Size>& other) const {
        return memory_ == other.memory_;
    }

  private:
    template <typename, std::size_t> friend class handler_allocator;
    handler_memory<Size>* memory_;
};

} // namespace nightjar::net
