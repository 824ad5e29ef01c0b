// Who may read a file of passwords, and the one command that mends it. Looks at permission bits, changes nothing.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <sys/stat.h>
#include <sys/types.h>

namespace nightjar::plugins::password_file {

// As whom the broker reads the file: the advice must leave it readable for him.
struct file_reader {
    uid_t user = 0;
    gid_t group = 0;                // primary
    std::vector<gid_t> groups = {}; // the others
};

file_reader this_process();
// The user to which root drops; nothing: there is none of that name.
std::optional<file_reader> user_named(const std::string& name);

// A sentence and the command: others than owner and group may read or write the file, or `reader` may not read it and
// will miss it at a reload. Nothing: all is well.
std::optional<std::string> access_warning(const std::string& path, const struct stat& file, const file_reader& reader);

} // namespace nightjar::plugins::password_file
