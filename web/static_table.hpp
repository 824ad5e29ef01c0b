// The static files of one directory, read into memory once. A request is a look-up in a fixed table, so no
// path can lead out of the directory and no request waits for the disk; changed files are seen at the next
// start or reload. Immutable after reading, so any thread may read it.
#pragma once

#include "broker/log/logger.hpp"
#include "web/request.hpp"
#include "web/served_file.hpp"

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>

namespace nightjar::web {

class static_table {
  public:
    static constexpr std::size_t size_limit = std::size_t{64} << 20;

    static_table() = default;
    // Symbolic links that lead out, names that begin with '.' and what goes over the limit are left out, with
    // a warning for the links and the limit. Throws std::filesystem::filesystem_error if the directory or a
    // file cannot be read.
    static_table(const std::filesystem::path& directory, log::logger& log, std::size_t limit = size_limit);

    static_table(const static_table&) = delete; // answers point into it
    static_table& operator=(const static_table&) = delete;

    // `path` is decoded and has no final '/'. A directory stands for its index.html; "/iot" for
    // "/iot/mqtt.html". A file {...}.html stands for all below its directory that is no file: a page that reads its
    // subject from its own address.
    bool contains(std::string_view path) const { return find(path) != nullptr; }
    response serve(const request& what) const; // 200, 304 or 404
    std::size_t size() const { return files_.size(); }

  private:
    const served_file* find(std::string_view path) const;
    const served_file* find_above(std::string_view path) const;
    void join_compressed();
    void add_directory_indexes();

    std::map<std::string, served_file, std::less<>> files_; // by path, "/index.html"
    std::map<std::string, std::string, std::less<>> index_; // directory path -> file path
    std::map<std::string, std::string, std::less<>> below_; // directory path, without '/' at its end -> file path
};

} // namespace nightjar::web
