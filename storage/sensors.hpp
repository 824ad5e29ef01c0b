// The sensors, small enough to be read whole. Reading: any thread, committed records only.
//
// A sensor may have been merged into another one: then it is none any more, but its record stays, and what is stored
// under its id counts as the other's. Merging writes this one record and moves nothing, and so does taking it back.
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
    // Ids up to this one may have been given by us, to sensors that are gone by now; 0: none was.
    virtual sensor_id largest_given() const { return 0; }

    virtual std::vector<sensor_record> merged() const { return {}; } // into others, which are among all()
    virtual sensor_id owner_of(sensor_id id) const { return id; }    // what it was merged into, or itself
    virtual std::vector<sensor_id> parts_of(sensor_id id) const {    // what was merged into it
        static_cast<void>(id);
        return {};
    }
};

} // namespace nightjar::storage
