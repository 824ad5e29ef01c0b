// Reads an ACL file as mosquitto 2.1.2 does (its acl_parse.c; shared page mosquitto-compat, section 3). Called at start
// and on reload, from one thread; touches nothing but the file named. All mistakes of a file are told in one run.
//
//     file    := { line }
//     line    := "#" text (in column 1 only) | blank
//              | "user" SP name to the end of the line
//              | ("topic" | "pattern") SP [ access SP ] filter to the end of the line
//     access  := "read" | "write" | "readwrite" | "deny"      (without one: readwrite)
//
// Blanks, tabs and carriage returns at the end of a line do not count, nor more blanks than one between words; a tab is
// no blank. A filter with a blank in it needs its access word. Stricter than mosquitto: names and filters are UTF-8
// without control characters, since no client could ever have such a name or topic, and a deny that never matches is
// no deny.
#pragma once

#include "broker/config/reader.hpp"
#include "broker/plugins/acl_file/acl.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace nightjar::plugins::acl_file {

struct read_result {
    std::shared_ptr<const acl> rules;      // null if a finding is an error: then nothing of the file may be used
    std::vector<config::finding> findings; // in file order
};

// An empty file, or one of comments, denies everything (CVE-2018-12550). One that cannot be read is an error.
read_result read_acl_file(const std::string& path);

// Of a text that is there already; `path` is for the findings.
read_result read_acl_text(std::string_view text, const std::string& path);

} // namespace nightjar::plugins::acl_file
