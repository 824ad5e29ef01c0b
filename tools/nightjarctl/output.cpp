#include "tools/nightjarctl/output.hpp"

#include <cerrno>
#include <cstdio>
#include <system_error>

namespace nightjar::ctl {

output_error::output_error(int cause)
    : what_("cannot write standard output: " + std::generic_category().message(cause)) {}

void print_line(std::string_view line) {
    std::fwrite(line.data(), 1, line.size(), stdout);
    std::fputc('\n', stdout);
    flush_output();
}

void flush_output() {
    if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) throw output_error(errno);
}

} // namespace nightjar::ctl
