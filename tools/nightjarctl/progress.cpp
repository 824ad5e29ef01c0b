#include "tools/nightjarctl/progress.hpp"

#include <algorithm>
#include <cstdio>
#include <utility>

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace nightjar::ctl {

namespace {

std::size_t terminal_width() {
    constexpr std::size_t usual = 80;
    winsize size{};
    return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : usual;
}

} // namespace

progress::progress(bool output_is_shown) : visible_(::isatty(STDERR_FILENO) == 1 && !output_is_shown) {}

std::string progress::line(double part, std::uint64_t values, double seconds, std::size_t width) {
    auto text = fmt::format("{} values", values);
    if (seconds >= 1) text += fmt::format(", {:.0f} a second", static_cast<double>(values) / seconds);
    if (part >= 0) {
        part = std::min(part, 1.0);
        text = fmt::format("{:3.0f} %  {}", part * 100, text);
        constexpr std::size_t narrowest = 10, widest = 40;
        const auto room = width > text.size() + 5 ? std::min(width - text.size() - 5, widest) : 0; // "[] " and the edge
        if (room >= narrowest) {
            const auto full = static_cast<std::size_t>(part * static_cast<double>(room));
            text = fmt::format("[{}{}] {}", std::string(full, '#'), std::string(room - full, ' '), text);
        }
    }
    return text.substr(0, width > 1 ? width - 1 : 0);
}

void progress::show(double part, std::uint64_t values) {
    const auto now = clock::now();
    if (!visible_ || now < next_) return;
    next_ = now + std::chrono::milliseconds(200);
    const std::chrono::duration<double> since = now - begin_;
    fmt::print(stderr, "\r{}\x1B[K", line(part, values, since.count(), terminal_width()));
    std::fflush(stderr);
    written_ = true;
}

void progress::clear() {
    if (!std::exchange(written_, false)) return;
    fmt::print(stderr, "\r\x1B[K");
    std::fflush(stderr);
}

} // namespace nightjar::ctl
