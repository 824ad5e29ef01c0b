#include "broker/admin/administrator.hpp"
#include "web/entity_tag.hpp"
#include "web/header_value.hpp"
#include "web/routes/find_sensor.hpp"
#include "web/routes/routes.hpp"
#include "web/text.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

namespace nightjar::web {

namespace {

using storage::incident_status;
using storage::sensor_id;
using storage::sensor_record;
using storage::stored_measurement;

std::set<sensor_id> sensors_with_incident(const storage::incidents& incidents) {
    std::set<sensor_id> sensors;
    for (const auto status : {incident_status::open, incident_status::acknowledged})
        for (const auto& incident : incidents.list({.status = status, .sensor = {}, .before = {}, .limit = 10'000}))
            sensors.insert(incident.sensor);
    return sensors;
}

std::string_view status_of(const std::optional<stored_measurement>& last, bool incident) {
    if (incident) return "incident";
    return last ? "ok" : "no_data";
}

void write_last(json_writer& out, const std::optional<stored_measurement>& last) {
    if (!last) {
        out.null();
        return;
    }
    out.begin_object();
    out.field("value", last->value).field("created_at", format_time(last->time_ms()));
    out.end_object();
}

// The members of a sensor; only those named in `wanted`, unless that is empty.
void write_members(json_writer& out, const sensor_record& sensor, const std::optional<stored_measurement>& last,
                   bool incident, const std::vector<std::string_view>& wanted) {
    const auto wants = [&](std::string_view name) {
        return wanted.empty() || std::find(wanted.begin(), wanted.end(), name) != wanted.end();
    };
    const auto text = [&](std::string_view name, std::string_view value) {
        if (wants(name)) out.field(name, value);
    };
    if (wants("id")) out.field("id", sensor.id);
    text("name", sensor.name);
    text("type", sensor.type);
    text("unit", sensor.unit);
    text("device", sensor.device);
    text("source", sensor.source);
    text("topic", sensor.topic);
    text("created_at", format_time(sensor.created_ms));
    if (wants("last")) {
        out.key("last");
        write_last(out, last);
    }
    text("status", status_of(last, incident));
}

// The last level of a plain topic, as iot/<place>/<category>.
std::string_view category_of(const sensor_record& sensor) {
    if (sensor.source != "plain") return sensor.type;
    return std::string_view(sensor.topic).substr(sensor.topic.rfind('/') + 1);
}

// Ascending by id, so `before`, where the last page ended, means the ids above.
response list_sensors(const request& what, const tables& stored) {
    const auto parameters = read_list_parameters(what, list_parameters::maximum_limit);
    if (!parameters) return parameters.error();
    const auto wanted = list_elements(parameters->all.find("fields").value_or(""));
    const auto place = parameters->all.find("place"), category = parameters->all.find("category");
    const auto incidents = sensors_with_incident(stored.incidents);

    json_writer out;
    out.begin_array();
    std::size_t count = 0;
    std::optional<sensor_id> next;
    sensor_id previous = 0;
    for (const auto& sensor : stored.sensors.all()) {
        if (parameters->before && sensor.id <= *parameters->before) continue;
        if (place && sensor.device != *place) continue;
        if (category && category_of(sensor) != *category && sensor.type != *category) continue;
        if (count == parameters->limit) {
            next = previous;
            break;
        }
        out.begin_object();
        write_members(out, sensor, stored.measurements.last(sensor.id), incidents.contains(sensor.id), wanted);
        out.end_object();
        previous = sensor.id;
        ++count;
    }
    auto answer = json_response(200, out.end_array().take());
    if (next) add_next_link(answer, what, parameters->all, *next);
    return answer;
}

response show_last(const request& what, const tables& stored) {
    const auto sensor = find_sensor(stored, what.parameters[0]);
    if (!sensor) return sensor.error();
    const auto last = stored.measurements.last(sensor->id);
    if (!last) return error_response(404, "no_measurement", "This sensor has no measurement yet.");
    json_writer out;
    out.begin_object();
    out.field("sensor", sensor->id).field("value", last->value).field("unit", sensor->unit);
    out.field("created_at", format_time(last->time_ms()));
    return json_response(200, out.end_object().take());
}

} // namespace

response show_sensor(const sensor_record& sensor, const tables& stored, admin::administrator& admin) {
    const auto summary = stored.measurements.summary(sensor.id);
    const auto time_of = [](const std::optional<stored_measurement>& row) {
        return row ? std::optional(format_time(row->time_ms())) : std::nullopt;
    };
    const bool incident = sensors_with_incident(stored.incidents).contains(sensor.id);

    json_writer out;
    out.begin_object();
    write_members(out, sensor, summary.last, incident, {});
    out.field("count", summary.count);
    out.field("first_at", time_of(summary.first)).field("last_at", time_of(summary.last));
    out.key("parts").begin_array();
    for (const auto part : stored.sensors.parts_of(sensor.id)) out.value(part);
    out.end_array();
    // Thresholds are the sensors plugin's knowledge; it may be absent or know of none.
    const auto path = fmt::format("/api/monitoring/sensors/{}/thresholds", sensor.id);
    const auto thresholds = admin.http({.method = "GET", .path = path, .query = {}, .body = {}});
    if (thresholds && thresholds->status == 200) out.key("thresholds").raw(thresholds->body);
    const auto since_start = fmt::format("/api/monitoring/sensors/{}/live", sensor.id);
    const auto live = admin.http({.method = "GET", .path = since_start, .query = {}, .body = {}});
    if (live && live->status == 200) out.key("live").raw(live->body);
    return json_response(200, out.end_object().take());
}

void add_sensor_routes(router& routes, const tables& stored, admin::administrator& admin) {
    routes.add("GET", "/api/monitoring/sensors",
               revalidated(at_once([&stored](const request& what) { return list_sensors(what, stored); })));
    routes.add("GET", "/api/monitoring/sensors/{}", revalidated(at_once([&stored, &admin](const request& what) {
                   const auto sensor = find_sensor(stored, what.parameters[0]);
                   return sensor ? show_sensor(*sensor, stored, admin) : sensor.error();
               })));
    routes.add("GET", "/api/monitoring/sensors/{}/last",
               revalidated(at_once([&stored](const request& what) { return show_last(what, stored); })));
}

} // namespace nightjar::web
