#include "broker/log/logger.hpp"

#include "broker/log/sinks.hpp"

#include <algorithm>
#include <cstdlib>
#include <ctime>

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace nightjar::log {

namespace {

constexpr std::size_t longest_line = 4096;

constexpr std::uint32_t bit(level at) { return 1U << static_cast<unsigned>(at); }
constexpr std::uint32_t default_levels =
    bit(level::error) | bit(level::warning) | bit(level::notice) | bit(level::information);

std::string printable(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (const char c : text.substr(0, longest_line)) {
        const auto byte = static_cast<unsigned char>(c);
        // C1 controls are 0x80 to 0x9F, in UTF-8 behind 0xC2: some terminals obey them.
        const bool c1 = byte >= 0x80 && byte < 0xA0 && !out.empty() && out.back() == '\xC2';
        if (c1) out.replace(out.size() - 1, 1, "\\xC2");
        if (byte < 0x20 || byte == 0x7F || c1) {
            fmt::format_to(std::back_inserter(out), "\\x{:02X}", byte);
        } else {
            out += c;
        }
    }
    if (text.size() > longest_line) out += "...";
    return out;
}

std::string timestamp(const std::string& format) {
    const std::time_t now = std::time(nullptr);
    if (format.empty()) return fmt::format("{}: ", now);
    std::tm parts{};
    ::localtime_r(&now, &parts);
    char text[200];
    const auto size = std::strftime(text, sizeof text, format.c_str(), &parts);
    return std::string(text, size) + ": ";
}

// systemd names the device and inode of the stream that it gave us; a redirected one is another.
bool is_journal(int descriptor) {
    const char* stream = std::getenv("JOURNAL_STREAM");
    struct stat found {};
    if (stream == nullptr || ::fstat(descriptor, &found) != 0) return false;
    return fmt::format("{}:{}", found.st_dev, found.st_ino) == stream;
}

std::unique_ptr<sink> make_standard_sink(int descriptor) {
    return is_journal(descriptor) ? make_journal_sink(descriptor) : make_stream_sink(descriptor);
}

std::unique_ptr<sink> make(const config::log_destination& where, int facility) {
    switch (where.kind) {
    case config::log_destination_kind::standard_error: return make_standard_sink(STDERR_FILENO);
    case config::log_destination_kind::standard_output: return make_standard_sink(STDOUT_FILENO);
    case config::log_destination_kind::file: return make_file_sink(where.path);
    case config::log_destination_kind::syslog: return make_syslog_sink(facility);
    case config::log_destination_kind::topic: return nullptr; // main adds that sink
    }
    return nullptr;
}

} // namespace

struct logger::settings {
    std::vector<std::unique_ptr<sink>> sinks, extra;
    bool timestamp = true;
    std::string timestamp_format;
};

logger::logger() : levels_(default_levels), settings_(std::make_unique<settings>()) {
    settings_->sinks.push_back(make_standard_sink(STDERR_FILENO));
}

logger::~logger() = default;

void logger::configure(const config::logging& wanted) {
    auto fresh = std::make_unique<settings>();
    fresh->timestamp = wanted.timestamp;
    fresh->timestamp_format = wanted.timestamp_format;
    for (const auto& destination : wanted.destinations)
        if (auto s = make(destination, wanted.facility)) fresh->sinks.push_back(std::move(s));
    const std::scoped_lock lock(mutex_);
    fresh->extra = std::move(settings_->extra);
    settings_ = std::move(fresh);
    levels_.store(wanted.levels, std::memory_order_relaxed);
}

void logger::add_sink(std::unique_ptr<sink> extra) {
    const std::scoped_lock lock(mutex_);
    settings_->extra.push_back(std::move(extra));
}

void logger::reopen() {
    const std::scoped_lock lock(mutex_);
    for (const auto& s : settings_->sinks) s->reopen();
}

void logger::write_line(level at, std::string_view text) {
    const auto line = printable(text);
    const std::scoped_lock lock(mutex_);
    const auto stamped = settings_->timestamp ? timestamp(settings_->timestamp_format) + line : line;
    for (const auto* list : {&settings_->sinks, &settings_->extra})
        for (const auto& s : *list) s->write(at, s->has_own_time() ? line : stamped);
}

} // namespace nightjar::log
