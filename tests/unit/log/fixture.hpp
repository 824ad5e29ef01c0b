// A logger whose lines are kept, and a directory for log files.
#pragma once

#include "broker/log/logger.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

namespace nightjar::log::test {

using lines = std::vector<std::string>;

class capture final : public sink {
  public:
    explicit capture(lines& to) : to_(to) {}
    void write(level, std::string_view line) override { to_.emplace_back(line); }

  private:
    lines& to_;
};

inline config::logging settings(std::vector<config::log_destination> destinations = {}, std::uint32_t levels = 0xFF) {
    config::logging made;
    made.destinations = std::move(destinations);
    made.levels = levels;
    made.timestamp = false;
    return made;
}

inline config::log_destination file(const std::string& path) { return {config::log_destination_kind::file, path}; }

inline lines lines_of(const std::string& path) {
    lines read;
    std::ifstream in(path);
    for (std::string line; std::getline(in, line);) read.push_back(line);
    return read;
}

inline std::string content(const std::string& path) {
    std::ostringstream all;
    all << std::ifstream(path).rdbuf();
    return all.str();
}

struct directory {
    directory() {
        char name[] = "/tmp/nightjar-log-XXXXXX";
        path = ::mkdtemp(name);
    }
    ~directory() {
        std::error_code ignored;
        std::filesystem::remove_all(path, ignored);
    }
    directory(const directory&) = delete;
    directory& operator=(const directory&) = delete;
    std::string operator/(const std::string& name) const { return path + "/" + name; }
    std::string path;
};

// Not under journald, wherever the tests run; set() says we are.
struct journal_stream {
    journal_stream() {
        if (const char* value = std::getenv("JOURNAL_STREAM")) before_ = value;
        ::unsetenv("JOURNAL_STREAM");
    }
    ~journal_stream() {
        if (before_.empty()) {
            ::unsetenv("JOURNAL_STREAM");
        } else {
            ::setenv("JOURNAL_STREAM", before_.c_str(), 1);
        }
    }
    journal_stream(const journal_stream&) = delete;
    journal_stream& operator=(const journal_stream&) = delete;
    // What systemd says of a stream that it made.
    static void set(int descriptor) {
        struct stat found {};
        ::fstat(descriptor, &found);
        ::setenv("JOURNAL_STREAM", fmt::format("{}:{}", found.st_dev, found.st_ino).c_str(), 1);
    }

  private:
    std::string before_;
};

// What is written to a descriptor goes to a file, until the end of the block.
class redirected {
  public:
    redirected(int descriptor, const std::string& path) : descriptor_(descriptor), before_(::dup(descriptor)) {
        const int to = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        ::dup2(to, descriptor_);
        ::close(to);
    }
    ~redirected() {
        ::dup2(before_, descriptor_);
        ::close(before_);
    }
    redirected(const redirected&) = delete;
    redirected& operator=(const redirected&) = delete;

  private:
    int descriptor_, before_;
};

struct fixture {
    fixture() {
        log.configure(settings());
        log.add_sink(std::make_unique<capture>(seen));
    }
    std::string last() const { return seen.empty() ? std::string("nothing") : seen.back(); }

    journal_stream journal;
    directory dir;
    lines seen;
    logger log;
};

} // namespace nightjar::log::test
