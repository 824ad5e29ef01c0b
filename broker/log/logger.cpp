#include "broker/log/logger.hpp"

#include "broker/log/line.hpp"
#include "broker/log/sinks.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace nightjar::log {

namespace {

constexpr std::uint32_t bit(level at) { return 1U << static_cast<unsigned>(at); }
constexpr std::uint32_t default_levels =
    bit(level::error) | bit(level::warning) | bit(level::notice) | bit(level::information);

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
    case config::log_destination_kind::topic: return nullptr; // set_topic()
    }
    return nullptr;
}

} // namespace

struct logger::settings {
    std::vector<std::unique_ptr<sink>> sinks, extra;
    std::unique_ptr<sink> topic; // may be null
    bool to_topic = false;
    config::log_format format = config::log_format::text;
    bool timestamp = true;
    std::string timestamp_format;
};

logger::logger() : levels_(default_levels), settings_(std::make_unique<settings>()) {
    settings_->sinks.push_back(make_standard_sink(STDERR_FILENO));
}

logger::~logger() = default;

void logger::configure(const config::logging& wanted) {
    auto fresh = std::make_unique<settings>();
    fresh->format = wanted.format;
    fresh->timestamp = wanted.timestamp;
    fresh->timestamp_format = wanted.timestamp_format;
    for (const auto& destination : wanted.destinations) {
        if (destination.kind == config::log_destination_kind::topic) fresh->to_topic = true;
        if (auto s = make(destination, wanted.facility)) fresh->sinks.push_back(std::move(s));
    }
    const std::scoped_lock lock(mutex_);
    fresh->extra = std::move(settings_->extra);
    fresh->topic = std::move(settings_->topic);
    settings_ = std::move(fresh);
    levels_.store(wanted.levels, std::memory_order_relaxed);
}

void logger::add_sink(std::unique_ptr<sink> extra) {
    const std::scoped_lock lock(mutex_);
    settings_->extra.push_back(std::move(extra));
}

void logger::set_topic(std::unique_ptr<sink> topic) {
    const std::scoped_lock lock(mutex_);
    settings_->topic = std::move(topic);
}

void logger::reopen() {
    bool all = true;
    {
        const std::scoped_lock lock(mutex_);
        for (const auto& s : settings_->sinks) all = s->reopen() && all;
    }
    if (!all) error("Error: a log file could not be opened again; its old one goes on being written.");
}

void logger::give_to(uid_t user, gid_t group) {
    const std::scoped_lock lock(mutex_);
    for (const auto& s : settings_->sinks) s->give_to(user, group);
}

void logger::write_line(level at, std::string_view text, fields about) {
    using namespace std::chrono;
    const auto line = printable(text);
    const std::scoped_lock lock(mutex_);
    const auto us = duration_cast<microseconds>(system_clock::now().time_since_epoch()).count();
    const bool json = settings_->format == config::log_format::json;
    std::string whole;
    if (json) {
        whole = json_line(at, text, about, us);
    } else if (settings_->timestamp) {
        whole = timestamp(settings_->timestamp_format, us / 1'000'000);
    }
    if (!json) whole += line;
    const auto write = [&](sink& to) { to.write(at, !json && to.has_own_time() ? line : whole); };
    for (const auto* list : {&settings_->sinks, &settings_->extra})
        for (const auto& s : *list) write(*s);
    if (settings_->to_topic && settings_->topic) write(*settings_->topic);
}

} // namespace nightjar::log
