// ACL files as texts, and what is asked of them.
#pragma once

#include "broker/plugins/acl_file/acl_file.hpp"

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace nightjar::plugins::acl_file::test {

// "error acl:3 TEXT" and a newline for each.
inline std::string findings(const read_result& result) {
    std::string all;
    for (const auto& f : result.findings) {
        all += f.level == config::severity::error ? "error " : "warning ";
        all += f.where.file + ":" + std::to_string(f.where.line) + " " + f.text + "\n";
    }
    return all;
}
inline std::string findings(std::string_view text) { return findings(read_acl_text(text, "acl")); }

inline std::shared_ptr<const acl> make(std::string_view text) {
    const auto result = read_acl_text(text, "acl");
    if (!result.rules) throw std::runtime_error(findings(result));
    return result.rules;
}

// "allowed 3", "denied 0"; what decided if not a line: "denied reserved".
inline std::string answer(const decision& d) {
    const std::string word = d.allowed ? "allowed " : "denied ";
    if (d.why == reason::reserved_topic) return word + "reserved";
    if (d.why == reason::wildcard_name) return word + "name";
    return word + std::to_string(d.line);
}
inline std::string read(const acl& a, std::string_view user, std::string_view client, std::string_view topic) {
    return answer(a.check(access::read, user, client, topic));
}
inline std::string write(const acl& a, std::string_view user, std::string_view client, std::string_view topic) {
    return answer(a.check(access::write, user, client, topic));
}

} // namespace nightjar::plugins::acl_file::test
