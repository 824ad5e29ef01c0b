// The places log lines go to. Each is used under the logger's mutex.
#pragma once

#include "broker/log/logger.hpp"

#include <memory>
#include <string>

namespace nightjar::log {

std::unique_ptr<sink> make_stream_sink(int descriptor); // 1 or 2, whole lines by write(2)
// Standard error for systemd's journal: "<3>" in front, for journald to read the priority.
std::unique_ptr<sink> make_journal_sink(int descriptor);
// Appends, made 0640. Throws std::system_error if it cannot be opened.
std::unique_ptr<sink> make_file_sink(const std::string& path);
std::unique_ptr<sink> make_syslog_sink(int facility);

int syslog_priority(level at);

} // namespace nightjar::log
