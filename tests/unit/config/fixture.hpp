// Conf files in a directory of their own, and what the reader says about them.
#pragma once

#include "broker/config/reader.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>

#include <stdlib.h>

namespace nightjar::config::test {

// An environment variable as the test wants it; nullptr: not there.
class environment {
  public:
    environment(const char* name, const char* value) : name_(name) {
        if (const char* before = std::getenv(name)) before_ = before;
        set(value);
    }
    ~environment() { set(before_ ? before_->c_str() : nullptr); }
    environment(const environment&) = delete;
    environment& operator=(const environment&) = delete;
    void set(const char* value) const {
        if (value != nullptr) {
            ::setenv(name_, value, 1);
        } else {
            ::unsetenv(name_);
        }
    }

  private:
    const char* name_;
    std::optional<std::string> before_;
};

struct fixture {
    fixture() {
        char name[] = "/tmp/nightjar-config-XXXXXX";
        directory = ::mkdtemp(name);
    }
    ~fixture() {
        std::error_code ignored;
        std::filesystem::remove_all(directory, ignored);
    }
    fixture(const fixture&) = delete;
    fixture& operator=(const fixture&) = delete;

    std::string path(std::string_view name) const { return directory + "/" + std::string(name); }
    std::string write(std::string_view name, std::string_view text) const {
        std::filesystem::create_directories(std::filesystem::path(path(name)).parent_path());
        std::ofstream(path(name), std::ios::binary) << text;
        return path(name);
    }
    // As "main.conf".
    load_result read(std::string_view text) const { return load({write("main.conf", text), {}, false}); }
    configuration conf(std::string_view text) const { return read(text).conf; }

    // "error main.conf:3 TEXT" and a newline for each finding; "b.conf<main.conf:1" when it was included.
    std::string findings(const load_result& result) const {
        std::string all;
        for (const auto& f : result.findings) {
            all += f.level == severity::error ? "error" : f.level == severity::warning ? "warning" : "notice";
            if (!f.where.file.empty()) all += ' ' + bare(f.where.file) + ':' + std::to_string(f.where.line);
            if (!f.included_from.empty()) all += '<' + bare(f.included_from);
            all += ' ' + f.text + '\n';
        }
        return all;
    }
    std::string findings(std::string_view text) const { return findings(read(text)); }

    std::string directory;

  private:
    std::string bare(const std::string& file) const {
        return file.starts_with(directory + "/") ? file.substr(directory.size() + 1) : file;
    }
    environment location{"MOSQUITTO_PERSISTENCE_LOCATION", nullptr};
};

inline bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

} // namespace nightjar::config::test
