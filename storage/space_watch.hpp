// Says early that the store is running out of room: on its disk, or in the address space it was given. Each warning
// comes once, and again when there has been clearly more room in between.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace nightjar::storage {

struct space {
    std::uint64_t disk_free = 0, disk_size = 0; // of the file system, bytes; free for us
    std::uint64_t used = 0, map = 0;            // the file, and the most it can grow to
};

class space_watch {
  public:
    // A sentence for the operator when a mark has been passed: 20 %, 10 % or 5 % are left.
    std::optional<std::string> look(const space& now);

  private:
    class marks {
      public:
        bool passes(double left); // part of the whole, 0 to 1
      private:
        double warned_ = 1;
    };
    marks disk_, map_;
};

} // namespace nightjar::storage
