// The option table for the operator: what this version does with each option of mosquitto 2.1, and our own ones. The
// manual page is made from it, so that it cannot say anything else.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace nightjar::config {

// What an option that works does otherwise than in mosquitto.
struct difference {
    std::string_view name;
    std::string_view how;
};
std::span<const difference> differences();
std::span<const std::string_view> own_options(); // mosquitto does not know them

// A line for each option, by name: name, state and effect with a tab between. States: "works"; "differs", effect says
// how; "own"; "warned", taken with a warning, effect says what happens instead; "refused", an error, effect says why.
std::string list_options();

} // namespace nightjar::config
