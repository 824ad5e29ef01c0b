#include "tools/nightjarctl/password_prompt.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <system_error>

#include <fmt/format.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

namespace nightjar::ctl {

namespace {

constexpr std::size_t most_password_bytes = 65'535; // MQTT's

volatile std::sig_atomic_t caught = 0; // the signal that ends the program once the echo is back

// Signals that end the program are heeded while it waits for input, and act when the terminal is as it was; the one
// that stops it does nothing meanwhile.
class held_signals {
  public:
    held_signals() {
        caught = 0;
        sigset_t held;
        ::sigemptyset(&held);
        struct sigaction action {};
        action.sa_handler = [](int signal) { caught = signal; };
        for (std::size_t i = 0; i < ending.size(); ++i) {
            ::sigaddset(&held, ending[i]);
            ::sigaction(ending[i], &action, &before_[i]);
        }
        action.sa_handler = SIG_IGN;
        ::sigaction(SIGTSTP, &action, &stop_before_);
        ::sigprocmask(SIG_BLOCK, &held, &open_);
    }
    ~held_signals() {
        for (std::size_t i = 0; i < ending.size(); ++i) ::sigaction(ending[i], &before_[i], nullptr);
        ::sigaction(SIGTSTP, &stop_before_, nullptr);
        ::sigprocmask(SIG_SETMASK, &open_, nullptr);
        if (caught != 0) ::raise(caught);
    }
    held_signals(const held_signals&) = delete;
    held_signals& operator=(const held_signals&) = delete;

    // False: a signal came, also one just before.
    bool wait_for_input() const {
        pollfd input{STDIN_FILENO, POLLIN, 0};
        while (caught == 0 && ::ppoll(&input, 1, nullptr, &open_) < 0 && errno == EINTR) {}
        return caught == 0;
    }

  private:
    static constexpr std::array ending{SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE};
    std::array<struct sigaction, ending.size()> before_{};
    struct sigaction stop_before_ {};
    sigset_t open_{}; // what was blocked before
};

class silent_terminal {
  public:
    silent_terminal() {
        if (::tcgetattr(STDIN_FILENO, &before_) != 0)
            throw std::system_error(errno, std::generic_category(), "terminal");
        auto silent = before_;
        silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        if (::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent) != 0)
            throw std::system_error(errno, std::generic_category(), "the terminal's echo cannot be turned off");
    }
    ~silent_terminal() { ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_); }
    silent_terminal(const silent_terminal&) = delete;
    silent_terminal& operator=(const silent_terminal&) = delete;

  private:
    termios before_{};
};

// Byte by byte: what follows the line is not ours. Nothing: the input has ended, or a signal came.
std::optional<std::string> read_line(const held_signals* signals = nullptr) {
    std::string line;
    while (line.size() <= most_password_bytes + 1) {
        if (signals != nullptr && !signals->wait_for_input()) return std::nullopt;
        char c = 0;
        const auto got = ::read(STDIN_FILENO, &c, 1);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) throw std::system_error(errno, std::generic_category(), "standard input");
        if (got == 0 && line.empty()) return std::nullopt;
        if (got == 0 || c == '\n') break;
        line += c;
    }
    return line;
}

std::optional<std::string> prompt(std::string_view text, const held_signals& signals) {
    fmt::print(stderr, "{}", text);
    auto line = read_line(&signals);
    fmt::print(stderr, "\n"); // the one that was typed was not shown
    return line;
}

std::string ask_twice(const std::string& user) {
    const held_signals signals;
    const silent_terminal silent;
    const auto first = prompt(fmt::format("Password for {}: ", user), signals);
    const auto second = first && !first->empty() ? prompt("The same again: ", signals) : std::nullopt;
    if (!first || first->empty()) throw std::runtime_error("no password was given");
    if (second != first) throw std::runtime_error("the two passwords differ");
    return *first;
}

} // namespace

std::string ask_password(const std::string& user) {
    if (::isatty(STDIN_FILENO) != 0) return ask_twice(user);
    auto line = read_line();
    if (line && line->ends_with('\r')) line->pop_back(); // from a file of another system
    if (!line || line->empty()) throw std::runtime_error("there is no password on standard input");
    return *line;
}

} // namespace nightjar::ctl
