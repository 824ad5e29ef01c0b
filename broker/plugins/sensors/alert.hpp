// What is told when an incident changes, and to whom it may be told besides MQTT.
#pragma once

#include "storage/records.hpp"

#include <cstdint>
#include <string_view>

namespace nightjar::plugin {
class host;
}

namespace nightjar::plugins::sensors {

enum class alert_type : std::uint8_t { created, escalated, acknowledged, closed, reminder, offline, test };
constexpr std::string_view name_of(alert_type type) {
    constexpr std::string_view names[] = {"created",  "escalated", "acknowledged", "closed",
                                          "reminder", "offline",   "test"};
    return names[static_cast<unsigned>(type)];
}

// Views of what the caller keeps. `incident` and `sensor`: null for a test.
struct alert {
    alert_type type;
    const storage::incident_record* incident = nullptr;
    const storage::sensor_record* sensor = nullptr;
    std::int64_t now_ms = 0;
};

class alert_listener {
  public:
    // Any worker; must not block.
    virtual void on_alert(plugin::host& host, const alert& what) = 0;

  protected:
    ~alert_listener() = default;
};

} // namespace nightjar::plugins::sensors
