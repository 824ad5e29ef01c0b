// What the kernel says of this process, under the names that Prometheus' own client libraries use. Reads /proc; any
// thread.
#pragma once

#include <cstdint>

namespace nightjar::web {

struct process_figures {
    double cpu_seconds = 0; // user and system
    std::uint64_t virtual_bytes = 0, resident_bytes = 0;
    std::uint64_t open_files = 0, file_limit = 0;
};

process_figures read_process_figures();

} // namespace nightjar::web
