#include "storage/merges.hpp"

#include <algorithm>

namespace nightjar::storage {

sensor_id merges::owner_of(sensor_id id) const {
    if (!any()) return id;
    const std::scoped_lock lock(mutex_);
    const auto found = owners_.find(id);
    return found == owners_.end() ? id : found->second;
}

std::vector<sensor_id> merges::parts_of(sensor_id id) const {
    if (!any()) return {};
    const std::scoped_lock lock(mutex_);
    const auto found = parts_.find(id);
    return found == parts_.end() ? std::vector<sensor_id>() : found->second;
}

void merges::set(sensor_id part, sensor_id owner) {
    const std::scoped_lock lock(mutex_);
    forget(part);
    owners_[part] = owner;
    auto& all = parts_[owner];
    all.insert(std::lower_bound(all.begin(), all.end(), part), part);
    any_.store(true, std::memory_order_release);
}

void merges::erase(sensor_id part) {
    const std::scoped_lock lock(mutex_);
    forget(part);
    any_.store(!owners_.empty(), std::memory_order_release);
}

// With the mutex held.
void merges::forget(sensor_id part) {
    const auto known = owners_.find(part);
    if (known == owners_.end()) return;
    const auto all = parts_.find(known->second);
    std::erase(all->second, part);
    if (all->second.empty()) parts_.erase(all);
    owners_.erase(known);
}

} // namespace nightjar::storage
