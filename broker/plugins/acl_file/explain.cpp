#include "broker/plugins/acl_file/explain.hpp"

#include <fmt/format.h>

namespace nightjar::plugins::acl_file {

std::string_view name_of(reason why) {
    switch (why) {
    case reason::line: return "line";
    case reason::no_line: return "no_line";
    case reason::reserved_topic: return "reserved_topic";
    case reason::wildcard_name: return "wildcard_name";
    }
    return {};
}

std::string sentence(const decision& d, const std::string& file) {
    switch (d.why) {
    case reason::line: return fmt::format("{} by {}:{}: {}", d.allowed ? "allowed" : "denied", file, d.line, d.text);
    case reason::no_line: break;
    case reason::reserved_topic: return "denied: no ACL can open this topic to clients";
    case reason::wildcard_name:
        return fmt::format("denied: no line of its own list in {} allows it, and patterns do not count for a user name "
                           "or client id with + or #",
                           file);
    }
    return fmt::format("denied: no line of {} allows it", file);
}

} // namespace nightjar::plugins::acl_file
