// What the plugin publishes, as JSON text. Pure.
#pragma once

#include "storage/records.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace nightjar::plugins::sensors {

std::string status_message(bool online, std::int64_t now_ms);
std::string state_message(double value, std::string_view unit, std::string_view type, std::int64_t time_ms);
std::string incident_message(const storage::incident_record& incident, const storage::sensor_record& sensor,
                             std::int64_t now_ms);
// alert_type: "created", "closed".
std::string alert_message(std::string_view alert_type, const storage::incident_record& incident,
                          const storage::sensor_record& sensor, std::int64_t now_ms);

} // namespace nightjar::plugins::sensors
