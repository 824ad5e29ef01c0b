// Standard output, and whether what was printed there has arrived.
#pragma once

#include <exception>
#include <string>
#include <string_view>

namespace nightjar::ctl {

// No std::runtime_error: commands that try again after those would go on for nobody.
class output_error : public std::exception {
  public:
    explicit output_error(int cause); // errno
    const char* what() const noexcept override { return what_.c_str(); }

  private:
    std::string what_;
};

// Both throw output_error. A pipe that nobody reads any more ends the process with SIGPIPE, in silence, as a shell
// expects it.
void print_line(std::string_view line); // at once; a newline is added
void flush_output();                    // what was printed so far

} // namespace nightjar::ctl
