// mosquitto's password_file: one `name:hash` a line; '#' in column 1 begins a comment. A line without ':' is skipped
// with a warning. Anything else that is wrong makes the whole file unusable, as in mosquitto 2.1 (2.0 leaves that user
// out, and of a name that comes twice takes the last). Messages have a line's number in them, never its text.
//
// Read before serving and for a reload, from any thread; a table that is filled is constant and any thread may ask it.
#pragma once

#include "broker/config/reader.hpp"
#include "broker/plugins/password_file/file_access.hpp"
#include "broker/plugins/password_file/password_hash.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

namespace nightjar::plugins::password_file {

inline constexpr std::size_t most_name_bytes = 65'535;      // an MQTT string
inline constexpr std::size_t most_file_bytes = 256U << 20U; // a million users and some

struct name_hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view name) const { return std::hash<std::string_view>{}(name); }
};

struct password_table {
    boost::unordered_flat_map<std::string, password_hash, name_hash, std::equal_to<>> users;
    password_hash decoy; // what an unknown name is checked against: of the kind that most users have
};

// Whether the name is in the table with this password. An unknown name costs as much as one of the usual kind with a
// wrong password, so that nobody can tell from the time which names there are; users whose hash is of another kind or
// cost than most do stand out. Costs what password_hash.hpp says: not for a thread that has others waiting.
bool verify(const password_table& table, std::string_view name, std::string_view password);

struct loaded_passwords {
    password_table table;                  // empty if there is an error
    std::vector<config::finding> findings; // in file order
    bool ok() const;                       // no finding is an error
};

// `path` is for the findings alone.
loaded_passwords parse_passwords(const std::string& path, std::string_view text);

// Follows symbolic links: a container gets its secrets as such. `reader`: as whom the broker will read it again.
loaded_passwords read_password_file(const std::string& path, const file_reader& reader = this_process());

} // namespace nightjar::plugins::password_file
