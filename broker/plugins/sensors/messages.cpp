#include "broker/plugins/sensors/messages.hpp"

#include "broker/text/json_writer.hpp"
#include "broker/text/time.hpp"

#include <algorithm>

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

std::string_view name_of(storage::incident_kind kind) {
    switch (kind) {
    case storage::incident_kind::threshold: return "threshold";
    case storage::incident_kind::offline: return "offline";
    case storage::incident_kind::manual: return "manual";
    }
    return "threshold";
}

// The value that is farthest out of range.
std::optional<double> worst_of(const storage::incident_record& incident) {
    if (incident.kind != storage::incident_kind::threshold) return std::nullopt;
    const auto above = incident.highest - incident.max, below = incident.min - incident.lowest;
    return above >= below ? incident.highest : incident.lowest;
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

std::string state_message(std::optional<double> value, std::string_view unit, std::string_view type,
                          std::int64_t time_ms) {
    json_writer out;
    out.begin_object().field("value", value).field("unit", unit).field("type", type);
    if (!value) out.field("problem", "not_a_number");
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
    out.field("kind", name_of(incident.kind)).field("worst", worst_of(incident));
    out.field("counter", incident.counter).field("escalation_level", incident.escalation_level);
    out.field("reason", incident.reason).field("opened_at", format_time(incident.opened_ms));
    write_moment(out, "acknowledged_at", incident.acknowledged_ms);
    write_moment(out, "closed_at", incident.closed_ms);
    return out.field("timestamp", format_time(now_ms)).end_object().take();
}

std::string_view severity_of(const alert& what) {
    switch (what.type) {
    case alert_type::acknowledged:
    case alert_type::closed:
    case alert_type::test: return "info";
    case alert_type::escalated: return "critical";
    case alert_type::created:
    case alert_type::reminder:
    case alert_type::offline: break;
    }
    return what.incident != nullptr && what.incident->escalation_level > 0 ? "critical" : "warning";
}

std::string alert_message(const alert& what) {
    json_writer out;
    out.begin_object();
    if (what.incident != nullptr && what.sensor != nullptr) {
        const auto& incident = *what.incident;
        out.field("incident_id", incident.id).field("alert_type", name_of(what.type));
        out.field("sensor", incident.sensor).field("device", what.sensor->device).field("type", what.sensor->type);
        out.field("name", what.sensor->name).field("unit", what.sensor->unit).field("kind", name_of(incident.kind));
        out.field("value", incident.value).field("min", incident.min).field("max", incident.max);
        out.field("reason", incident.reason);
    } else {
        out.key("incident_id").null().field("alert_type", name_of(what.type));
        out.field("reason", "a test of the ways that alerts take");
    }
    out.field("severity", severity_of(what));
    return out.field("timestamp", format_time(what.now_ms)).end_object().take();
}

std::string error_message(std::string_view error, std::string_view detail) {
    json_writer out;
    return out.begin_object().field("error", error).field("detail", detail).end_object().take();
}

const refusal_text* find_refusal(std::span<const refusal_text> among, std::string_view refused) {
    const auto found = std::find_if(among.begin(), among.end(), [&](const auto& t) { return t.refused == refused; });
    return found == among.end() ? nullptr : &*found;
}

} // namespace nightjar::plugins::sensors
