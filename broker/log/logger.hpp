// The log: levels, mosquitto's line format, several destinations. One logger for the process, made by main and
// passed by reference. Any thread may call; a line is formatted by the caller and written under the logger's mutex.
// `enabled()` costs one relaxed load, so a line nobody wants costs nothing.
#pragma once

#include "broker/config/configuration.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/core.h>

namespace nightjar::log {

using level = config::log_level;

// One place that log lines go to. write() gets a whole line without its newline; called under the logger's mutex.
class sink {
  public:
    virtual ~sink() = default;
    virtual void write(level at, std::string_view line) = 0;
    virtual void reopen() {}                            // after rotation
    virtual bool has_own_time() const { return false; } // so lines come without ours
};

class logger {
  public:
    logger(); // stderr, mosquitto's default levels, until configure()
    ~logger();

    // Replaces destinations and levels. Throws std::system_error if a log file cannot be opened; then nothing changed.
    void configure(const config::logging& settings);
    void add_sink(std::unique_ptr<sink> extra); // kept over configure(); for tests and log_dest topic
    void reopen();

    bool enabled(level at) const {
        return (levels_.load(std::memory_order_relaxed) >> static_cast<unsigned>(at) & 1U) != 0;
    }

    template <typename... Args>
    void write(level at, fmt::format_string<Args...> format, Args&&... args) {
        if (enabled(at)) write_line(at, fmt::format(format, std::forward<Args>(args)...));
    }
    template <typename... Args>
    void error(fmt::format_string<Args...> format, Args&&... args) {
        write(level::error, format, std::forward<Args>(args)...);
    }
    template <typename... Args>
    void warning(fmt::format_string<Args...> format, Args&&... args) {
        write(level::warning, format, std::forward<Args>(args)...);
    }
    template <typename... Args>
    void notice(fmt::format_string<Args...> format, Args&&... args) {
        write(level::notice, format, std::forward<Args>(args)...);
    }
    template <typename... Args>
    void information(fmt::format_string<Args...> format, Args&&... args) {
        write(level::information, format, std::forward<Args>(args)...);
    }
    template <typename... Args>
    void debug(fmt::format_string<Args...> format, Args&&... args) {
        write(level::debug, format, std::forward<Args>(args)...);
    }

    // Control characters, so also newlines and escapes, become \xNN: what a client sends cannot forge a log line.
    void write_line(level at, std::string_view text);

  private:
    struct settings;
    std::atomic<std::uint32_t> levels_;
    std::mutex mutex_; // guards settings_
    std::unique_ptr<settings> settings_;
};

} // namespace nightjar::log
