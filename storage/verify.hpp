// Reads every record of a data file and says what is wrong with it. LMDB trusts its pages: call it in a process that
// may end (recovery.hpp).
#pragma once

#include "storage/restored.hpp"

#include <filesystem>
#include <string>

namespace nightjar::storage {

// Records: what the disk did. References: what a program did; no reason to refuse a store that can be read.
enum class verify_what { records, records_and_references };

// A line for each finding, with the table and the key of the record. Nobody else uses the file. Throws
// std::system_error if the file cannot be read at all.
std::string verify(const std::filesystem::path& file, verify_what what);

// For those who read messages without wanting them.
loggable_ptr make_nothing(std::string_view topic, std::string_view payload, std::uint8_t qos, bool retain);

} // namespace nightjar::storage
