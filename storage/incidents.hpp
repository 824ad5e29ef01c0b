// Incidents, newest id last. Reading: any thread, committed records only.
#pragma once

#include "storage/records.hpp"

#include <optional>
#include <vector>

namespace nightjar::storage {

struct incident_query {
    std::optional<incident_status> status;
    std::optional<sensor_id> sensor;
    std::optional<incident_id> before; // newest first: ids below
    std::size_t limit = 1000;
    std::vector<sensor_id> parts = {}; // beside `sensor`, those that were merged into it
};

class incidents {
  public:
    virtual ~incidents() = default;
    virtual std::vector<incident_record> list(const incident_query& what) const = 0; // newest first
    virtual std::optional<incident_record> find(incident_id id) const = 0;
    virtual incident_id last_id() const = 0;                              // 0: none yet
    virtual std::vector<incident_step> history(incident_id id) const = 0; // oldest first
};

} // namespace nightjar::storage
