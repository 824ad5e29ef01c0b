#include "web/process_figures.hpp"

#include <filesystem>
#include <fstream>

#include <sys/resource.h>
#include <unistd.h>

namespace nightjar::web {

process_figures read_process_figures() {
    process_figures now;
    rusage used{};
    if (::getrusage(RUSAGE_SELF, &used) == 0) {
        const auto seconds = [](const timeval& t) {
            return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
        };
        now.cpu_seconds = seconds(used.ru_utime) + seconds(used.ru_stime);
    }
    std::uint64_t pages = 0, resident = 0;
    if (std::ifstream("/proc/self/statm") >> pages >> resident) {
        const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
        now.virtual_bytes = pages * page;
        now.resident_bytes = resident * page;
    }
    std::error_code error; // then there are none to count
    for (std::filesystem::directory_iterator file("/proc/self/fd", error), end; !error && file != end;
         file.increment(error))
        ++now.open_files;
    if (now.open_files > 0) --now.open_files; // the directory itself
    rlimit files{};
    if (::getrlimit(RLIMIT_NOFILE, &files) == 0) now.file_limit = files.rlim_cur;
    return now;
}

} // namespace nightjar::web
