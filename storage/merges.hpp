// Which sensors were merged into which. Any thread; a mutex inside, not taken while there are none.
#pragma once

#include "storage/records.hpp"

#include <atomic>
#include <map>
#include <mutex>
#include <vector>

namespace nightjar::storage {

class merges {
  public:
    sensor_id owner_of(sensor_id id) const;
    std::vector<sensor_id> parts_of(sensor_id id) const; // ascending
    bool any() const { return any_.load(std::memory_order_acquire); }

    void set(sensor_id part, sensor_id owner);
    void erase(sensor_id part);

  private:
    void forget(sensor_id part);

    mutable std::mutex mutex_; // guards both
    std::map<sensor_id, sensor_id> owners_;
    std::map<sensor_id, std::vector<sensor_id>> parts_; // by owner
    std::atomic<bool> any_{false};
};

} // namespace nightjar::storage
