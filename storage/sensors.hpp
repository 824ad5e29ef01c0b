// The sensors, small enough to be read whole. Reading: any thread, committed records only.
#pragma once

#include "storage/records.hpp"

#include <optional>
#include <vector>

namespace nightjar::storage {

class sensors {
  public:
    virtual ~sensors() = default;
    virtual std::vector<sensor_record> all() const = 0; // ascending id
    virtual std::optional<sensor_record> find(sensor_id id) const = 0;
};

} // namespace nightjar::storage
