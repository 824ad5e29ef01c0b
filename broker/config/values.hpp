// The values of options as mosquitto reads them. No value: the text is not of that kind. Pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace nightjar::config {

std::string_view trim(std::string_view text);
std::string_view first_word(std::string_view text);

std::optional<bool> parse_bool(std::string_view text);            // true false 1 0; what follows is ignored
std::optional<std::int64_t> parse_integer(std::string_view text); // decimal, 0x.., 0..; what follows is ignored
std::optional<std::chrono::seconds> parse_duration(std::string_view text); // 14d: s h d w m(onths) y
bool is_utf8(std::string_view text);

// How many letters have to change to make b of a; for "did you mean".
std::size_t edit_distance(std::string_view a, std::string_view b);

} // namespace nightjar::config
