// Changes to the text of a password file. Lines that are not meant stay as they are, byte for byte. Pure.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nightjar::ctl {

// Why a line cannot hold this name, or a client cannot send it. Nothing: all is well.
std::optional<std::string_view> fault_of_name(std::string_view name);

// The user's line becomes a new one, further lines of his go; one who is not there comes last.
std::string with_user(std::string_view text, std::string_view name, std::string_view hash);
// Nothing: there is no such user.
std::optional<std::string> without_user(std::string_view text, std::string_view name);

struct hashed_lines {
    struct fault {
        int line;
        std::string_view what; // static text
    };
    std::string text;                       // of no use if there are faults
    std::size_t hashed = 0, left_alone = 0; // lines
    std::vector<fault> faults;
};
// Plain text becomes `hash` of it; what is a hash already, a comment or no user's line is left alone. What may be meant
// in two ways is a fault: something like a hash that is none, a ':' in a password (mosquitto drops what comes after
// it).
hashed_lines hash_plain_lines(std::string_view text, const std::function<std::string(std::string_view)>& hash);

} // namespace nightjar::ctl
