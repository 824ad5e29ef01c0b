// Reads every record of a data file and says what is wrong with it. LMDB trusts its pages: call it in a process that
// may end (recovery.hpp).
#pragma once

#include "storage/restored.hpp"

#include <filesystem>
#include <string>

namespace nightjar::storage {

// A line for each finding, with the table and the key of the record. Nobody else uses the file.
std::string verify(const std::filesystem::path& file);

// For those who read messages without wanting them.
loggable_ptr make_nothing(std::string_view topic, std::string_view payload, std::uint8_t qos, bool retain);

} // namespace nightjar::storage
