// A decision in words, for people and programs: nightjarctl acl-test and GET /api/v1/acl/check say the same. Pure.
#pragma once

#include "broker/plugins/acl_file/acl.hpp"

#include <string>
#include <string_view>

namespace nightjar::plugins::acl_file {

std::string_view name_of(reason why); // "line", "no_line", ...

// "allowed by FILE:3: topic read a/#"
std::string sentence(const decision& d, const std::string& file);

} // namespace nightjar::plugins::acl_file
