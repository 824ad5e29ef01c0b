// A line on standard error that says how far a long command is; nothing at all where standard error is no terminal.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace nightjar::ctl {

class progress {
  public:
    // `output_is_shown`: the command's own output goes to the same terminal, so that there is no place for a bar.
    explicit progress(bool output_is_shown = false);
    ~progress() { clear(); }
    progress(const progress&) = delete;
    progress& operator=(const progress&) = delete;

    // Written a few times a second at most. `part` of the whole, 0 to 1; less than 0: it is not known.
    void show(double part, std::uint64_t values);
    void clear(); // before anything else is written there

    // "[#####     ]  50 %  1234567 values, 4100 a second", no wider than `width`. Pure.
    static std::string line(double part, std::uint64_t values, double seconds, std::size_t width);

  private:
    using clock = std::chrono::steady_clock;
    const bool visible_;
    bool written_ = false;
    const clock::time_point begin_ = clock::now();
    clock::time_point next_ = begin_;
};

} // namespace nightjar::ctl
