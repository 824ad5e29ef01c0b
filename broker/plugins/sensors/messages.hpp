// What the plugin publishes, as JSON text. Pure.
#pragma once

#include "broker/plugins/sensors/alert.hpp"
#include "storage/records.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace nightjar::plugins::sensors {

std::string status_message(bool online, std::int64_t now_ms);
std::string state_message(std::optional<double> value, std::string_view unit, std::string_view type,
                          std::int64_t time_ms);
std::string incident_message(const storage::incident_record& incident, const storage::sensor_record& sensor,
                             std::int64_t now_ms);
std::string alert_message(const alert& what);
std::string_view severity_of(const alert& what); // "info", "warning", "critical"
// An error as REST has it.
std::string error_message(std::string_view error, std::string_view detail);

// Why a command was refused, and what REST says then.
struct refusal_text {
    std::string_view refused;
    unsigned status; // of HTTP
    std::string_view detail;
};
const refusal_text* find_refusal(std::span<const refusal_text> among, std::string_view refused); // null: none of them

} // namespace nightjar::plugins::sensors
