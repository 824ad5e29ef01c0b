#include "broker/plugins/password_file/file_access.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <unistd.h>

namespace nightjar::plugins::password_file {

namespace {

constexpr std::size_t database_line = 16'384; // of passwd and group

bool is_member(const file_reader& reader, gid_t group) {
    return reader.group == group || std::find(reader.groups.begin(), reader.groups.end(), group) != reader.groups.end();
}

// The kernel's rule: the first class that fits decides, even if a later one would allow more.
bool may_read(const struct stat& file, const file_reader& reader) {
    if (reader.user == 0) return true;
    if (reader.user == file.st_uid) return (file.st_mode & S_IRUSR) != 0;
    if (is_member(reader, file.st_gid)) return (file.st_mode & S_IRGRP) != 0;
    return (file.st_mode & S_IROTH) != 0;
}

std::string group_name(gid_t id) {
    std::array<char, database_line> buffer{};
    group entry{};
    group* found = nullptr;
    if (::getgrgid_r(id, &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr) return entry.gr_name;
    return std::to_string(id);
}

std::string user_name(uid_t id) {
    std::array<char, database_line> buffer{};
    passwd entry{};
    passwd* found = nullptr;
    if (::getpwuid_r(id, &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr) return entry.pw_name;
    return std::to_string(id);
}

std::string quoted(const std::string& path) {
    constexpr std::string_view harmless = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_./+,@%-";
    if (path.find_first_not_of(harmless) == std::string::npos && !path.starts_with('-')) return path;
    std::string out = "-- '";
    for (const char c : path) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return out + "'";
}

// Takes the rights of all others away and leaves the reader his own.
std::string remedy(const std::string& path, const struct stat& file, const file_reader& reader) {
    const auto name = quoted(path);
    if (reader.user == 0) return fmt::format("chmod o-rwx {}", name);
    if (reader.user == file.st_uid)
        return fmt::format("chmod {}o-rwx {}", (file.st_mode & S_IRUSR) != 0 ? "" : "u+r,", name);
    auto change = fmt::format("chmod {}o-rwx {}", (file.st_mode & S_IRGRP) != 0 ? "" : "g+r,", name);
    if (is_member(reader, file.st_gid)) return change;
    return fmt::format("chgrp {} {} && {}", group_name(reader.group), name, change);
}

} // namespace

file_reader this_process() {
    file_reader reader{::geteuid(), ::getegid(), {}};
    const int count = ::getgroups(0, nullptr);
    if (count > 0) reader.groups.resize(static_cast<std::size_t>(count));
    const int got = ::getgroups(static_cast<int>(reader.groups.size()), reader.groups.data());
    reader.groups.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return reader;
}

std::optional<file_reader> user_named(const std::string& name) {
    std::array<char, database_line> buffer{};
    passwd entry{};
    passwd* found = nullptr;
    if (::getpwnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr)
        return std::nullopt;
    constexpr int most_groups = 1024;
    file_reader reader{entry.pw_uid, entry.pw_gid, std::vector<gid_t>(most_groups)};
    int count = most_groups;
    ::getgrouplist(name.c_str(), entry.pw_gid, reader.groups.data(), &count);
    reader.groups.resize(static_cast<std::size_t>(std::clamp(count, 0, most_groups)));
    return reader;
}

std::optional<std::string> access_warning(const std::string& path, const struct stat& file, const file_reader& reader) {
    const bool read = (file.st_mode & S_IROTH) != 0, written = (file.st_mode & S_IWOTH) != 0;
    std::string what;
    if (!may_read(file, reader)) {
        what = fmt::format("The broker will not be able to read {} again as user {}.", path, user_name(reader.user));
    } else if (read || written) {
        what = fmt::format("Every user of this machine may {} {}.",
                           !written ? "read"
                           : read   ? "read and write"
                                    : "write",
                           path);
    } else {
        return std::nullopt;
    }
    return fmt::format("{} Mend it with: {}", what, remedy(path, file, reader));
}

} // namespace nightjar::plugins::password_file
