#include "broker/plugins/sensors/messages.hpp"

#include "broker/text/json_writer.hpp"
#include "broker/text/time.hpp"

namespace nightjar::plugins::sensors {

using text::format_time;
using text::json_writer;

namespace {

std::string_view name_of(storage::incident_status status) {
    switch (status) {
    case storage::incident_status::open: return "open";
    case storage::incident_status::acknowledged: return "acknowledged";
    case storage::incident_status::closed: return "closed";
    }
    return "open";
}

void write_moment(json_writer& out, std::string_view name, const std::optional<std::int64_t>& ms) {
    out.key(name);
    if (ms) {
        out.value(format_time(*ms));
    } else {
        out.null();
    }
}

void write_if(json_writer& out, std::string_view name, bool applies, double value) {
    out.field(name, applies ? std::optional(value) : std::nullopt);
}

} // namespace

std::string status_message(bool online, std::int64_t now_ms) {
    json_writer out;
    out.begin_object().field("status", online ? "online" : "offline").field("timestamp", format_time(now_ms));
    return out.end_object().take();
}

std::string state_message(double value, std::string_view unit, std::string_view type, std::int64_t time_ms) {
    json_writer out;
    out.begin_object().field("value", value).field("unit", unit).field("type", type);
    return out.field("time", format_time(time_ms)).end_object().take();
}

std::string incident_message(const storage::incident_record& incident, const storage::sensor_record& sensor,
                             std::int64_t now_ms) {
    const bool temperature = sensor.type == "temperature", humidity = sensor.type == "humidity";
    json_writer out;
    out.begin_object();
    out.field("incident_id", incident.id).field("status", name_of(incident.status));
    out.field("sensor", incident.sensor).field("device", sensor.device).field("type", sensor.type);
    out.field("value", incident.value).field("min", incident.min).field("max", incident.max);
    write_if(out, "max_temp", temperature, incident.highest);
    write_if(out, "min_temp", temperature, incident.lowest);
    write_if(out, "max_hum", humidity, incident.highest);
    out.field("counter", incident.counter).field("escalation_level", incident.escalation_level);
    out.field("reason", incident.reason).field("opened_at", format_time(incident.opened_ms));
    write_moment(out, "acknowledged_at", incident.acknowledged_ms);
    write_moment(out, "closed_at", incident.closed_ms);
    return out.field("timestamp", format_time(now_ms)).end_object().take();
}

std::string alert_message(std::string_view alert_type, const storage::incident_record& incident,
                          const storage::sensor_record& sensor, std::int64_t now_ms) {
    json_writer out;
    out.begin_object();
    out.field("incident_id", incident.id).field("alert_type", alert_type);
    out.field("sensor", incident.sensor).field("device", sensor.device).field("type", sensor.type);
    out.field("value", incident.value).field("min", incident.min).field("max", incident.max);
    out.field("severity", incident.status == storage::incident_status::closed ? "info" : "warning");
    return out.field("timestamp", format_time(now_ms)).end_object().take();
}

} // namespace nightjar::plugins::sensors
