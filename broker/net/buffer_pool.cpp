#include "broker/net/buffer_pool.hpp"

#include <bit>
#include <new>

namespace nightjar::net {

std::size_t buffer_pool::class_of(std::size_t size) {
    if (size <= smallest) return 0;
    return static_cast<std::size_t>(std::bit_width((size - 1) / smallest));
}

pooled_block buffer_pool::take(std::size_t size) {
    const auto index = class_of(size);
    if (index >= classes) return {static_cast<char*>(::operator new(size)), static_cast<std::uint32_t>(size)};
    const auto capacity = smallest << index;
    auto& list = free_[index];
    if (list.empty()) return {static_cast<char*>(::operator new(capacity)), static_cast<std::uint32_t>(capacity)};
    char* data = list.back();
    list.pop_back();
    return {data, static_cast<std::uint32_t>(capacity)};
}

void buffer_pool::give_back(pooled_block block) {
    if (block.data == nullptr) return;
    const auto index = class_of(block.capacity);
    if (index < classes && block.capacity == (smallest << index) &&
        free_[index].size() < kept_bytes_per_class / block.capacity) {
        free_[index].push_back(block.data);
    } else {
        ::operator delete(block.data);
    }
}

buffer_pool::~buffer_pool() {
    for (auto& list : free_)
        for (char* data : list) ::operator delete(data);
}

} // namespace nightjar::net
