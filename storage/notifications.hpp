// The outbox: what is to be told to somebody outside, and what became of it lately. Small enough to be read whole.
// Reading: any thread, committed records only.
#pragma once

#include "storage/records.hpp"

#include <vector>

namespace nightjar::storage {

class notifications {
  public:
    virtual ~notifications() = default;
    virtual std::vector<notification_record> all() const = 0; // ascending id
};

} // namespace nightjar::storage
