// The log: levels, mosquitto's line format or JSON, several destinations. One logger for the process, made by main and
// passed by reference. Any thread may call; a line is formatted by the caller and written under the logger's mutex.
// `enabled()` costs one relaxed load, so a line nobody wants costs nothing.
#pragma once

#include "broker/config/configuration.hpp"

#include <atomic>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <fmt/core.h>
#include <sys/types.h>

namespace nightjar::log {

using level = config::log_level;

// One place that log lines go to. write() gets a whole line without its newline; called under the logger's mutex.
class sink {
  public:
    virtual ~sink() = default;
    virtual void write(level at, std::string_view line) = 0;
    virtual bool reopen() { return true; }              // after rotation; false: it stays as it was
    virtual void give_to(uid_t, gid_t) {}               // the user that the process is about to become
    virtual bool has_own_time() const { return false; } // so lines of text come without ours
};

// What a line is about, beside its text: members of the object that `log_format json` makes of it. An empty text is
// left out. Views are read during the call.
struct field {
    enum class kind : std::uint8_t { text, number, truth };
    field(std::string_view called, std::string_view value) : name(called), text(value) {}
    field(std::string_view called, std::integral auto value)
        : name(called), number(static_cast<std::int64_t>(value)),
          is(std::is_same_v<decltype(value), bool> ? kind::truth : kind::number) {}
    std::string_view name, text;
    std::int64_t number = 0;
    kind is = kind::text;
};
using fields = std::initializer_list<field>;

class logger {
  public:
    logger(); // stderr, mosquitto's default levels, until configure()
    ~logger();

    // Replaces destinations and levels. Throws std::system_error if a log file cannot be opened; then nothing changed.
    void configure(const config::logging& settings);
    void add_sink(std::unique_ptr<sink> extra); // kept over configure(); for tests
    // Where `log_dest topic` leads while there is such a line; kept over configure(). Null: nowhere.
    void set_topic(std::unique_ptr<sink> topic);
    void reopen();
    void give_to(uid_t user, gid_t group); // the log files

    bool enabled(level at) const {
        return (levels_.load(std::memory_order_relaxed) >> static_cast<unsigned>(at) & 1U) != 0;
    }

    template <typename... Args>
    void write(level at, fields about, fmt::format_string<Args...> format, Args&&... args) {
        if (enabled(at)) write_line(at, fmt::format(format, std::forward<Args>(args)...), about);
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

    // Control characters, so also newlines and escapes, become \xNN: what a client sends cannot forge a log line. A tab
    // in front stays: mosquitto indents by it what belongs to the line before.
    void write_line(level at, std::string_view text, fields about = {});

  private:
    struct settings;
    std::atomic<std::uint32_t> levels_;
    std::mutex mutex_; // guards settings_
    std::unique_ptr<settings> settings_;
};

} // namespace nightjar::log
