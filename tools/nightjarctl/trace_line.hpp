// One line of a trace for people. Pure.
#pragma once

#include <string>
#include <string_view>

namespace nightjar::ctl {

// {"time":"2026-01-28T15:07:55.000123Z","event":"packet","client":"c1","direction":"in","packet":"PUBLISH",...} is
// "15:07:55.000123 c1 -> PUBLISH topic=a/b qos=1 ..."; -> to the broker, <- from it, ** what it decided. Text that is
// no such object stays as it is.
std::string describe_trace(std::string_view json);

} // namespace nightjar::ctl
