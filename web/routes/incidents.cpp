#include "web/entity_tag.hpp"
#include "web/list_parameters.hpp"
#include "web/routes/find_sensor.hpp"
#include "web/routes/routes.hpp"
#include "web/text.hpp"

#include <algorithm>
#include <limits>

namespace nightjar::web {

namespace {

using storage::incident_record;
using storage::incident_status;

struct status_name {
    incident_status status;
    std::string_view name;
};
constexpr status_name status_names[] = {{incident_status::open, "open"},
                                        {incident_status::acknowledged, "acknowledged"},
                                        {incident_status::closed, "closed"}};

std::string_view name_of(incident_status status) {
    for (const auto& known : status_names)
        if (known.status == status) return known.name;
    return "unknown";
}

std::string_view name_of(storage::incident_kind kind) {
    switch (kind) {
    case storage::incident_kind::threshold: return "threshold";
    case storage::incident_kind::offline: return "offline";
    case storage::incident_kind::manual: return "manual";
    }
    return "unknown";
}

std::optional<std::string> time_text(const std::optional<std::int64_t>& ms) {
    return ms ? std::optional(format_time(*ms)) : std::nullopt;
}

// The members of the message on dht11/incidents, and "id" as in every other list.
void write_members(json_writer& out, const incident_record& incident, const storage::sensors& sensors) {
    const auto owner = sensors.owner_of(incident.sensor);
    const auto sensor = sensors.find(owner);
    out.field("id", incident.id).field("incident_id", incident.id).field("status", name_of(incident.status));
    out.field("sensor", owner).field("device", sensor ? sensor->device : std::string());
    out.field("type", sensor ? sensor->type : std::string("unknown"));
    out.field("value", incident.value).field("min", incident.min).field("max", incident.max);
    out.field("lowest", incident.lowest).field("highest", incident.highest);
    if (sensor && sensor->type == "temperature")
        out.field("max_temp", incident.highest).field("min_temp", incident.lowest);
    if (sensor && sensor->type == "humidity") out.field("max_hum", incident.highest).field("min_hum", incident.lowest);
    out.field("kind", name_of(incident.kind));
    out.field("counter", incident.counter).field("escalation_level", incident.escalation_level);
    out.field("reason", incident.reason).field("opened_at", format_time(incident.opened_ms));
    out.field("acknowledged_at", time_text(incident.acknowledged_ms)).field("closed_at", time_text(incident.closed_ms));
}

void write_step(json_writer& out, const std::optional<std::int64_t>& ms, incident_status status) {
    if (!ms) return;
    out.begin_object().field("at", format_time(*ms)).field("status", name_of(status));
    out.key("by").null().key("comment").null().end_object();
}

std::optional<std::string> unless_empty(const std::string& text) {
    return text.empty() ? std::nullopt : std::optional(text);
}

void write_history(json_writer& out, const incident_record& incident, const storage::incidents& incidents) {
    out.key("history").begin_array();
    for (const auto& step : incidents.history(incident.id)) {
        out.begin_object().field("at", format_time(step.at_ms)).field("status", name_of(step.status));
        out.field("by", unless_empty(step.by)).field("comment", unless_empty(step.comment)).end_object();
    }
    if (incident.steps == 0) { // an early version kept no more than these
        write_step(out, incident.opened_ms, incident_status::open);
        write_step(out, incident.acknowledged_ms, incident_status::acknowledged);
        write_step(out, incident.closed_ms, incident_status::closed);
    }
    out.end_array();
}

result<storage::incident_query> read_query(const list_parameters& parameters) {
    storage::incident_query query;
    query.limit = parameters.limit;
    constexpr auto last = std::numeric_limits<storage::incident_id>::max();
    if (parameters.before)
        query.before = static_cast<storage::incident_id>(std::min<std::uint64_t>(*parameters.before, last));
    if (const auto name = parameters.all.find("status")) {
        for (const auto& known : status_names)
            if (known.name == *name) query.status = known.status;
        if (!query.status) return bad_request("bad_parameter", "status is open, acknowledged or closed.");
    }
    if (const auto text = parameters.all.find("sensor")) {
        const auto id = parse_number(*text);
        if (!id || *id > std::numeric_limits<storage::sensor_id>::max())
            return bad_request("bad_parameter", "sensor is the id of a sensor.");
        query.sensor = static_cast<storage::sensor_id>(*id);
    }
    return query;
}

// `archive`: the closed ones alone, whatever the query says.
response list_incidents(const request& what, const tables& stored, bool archive = false) {
    const auto parameters = read_list_parameters(what);
    if (!parameters) return parameters.error();
    auto query = read_query(*parameters);
    if (!query) return query.error();
    if (archive) query->status = incident_status::closed;
    if (query->sensor) {
        if (auto refused = refuse_part(stored, *query->sensor)) return std::move(*refused);
        query->parts = stored.sensors.parts_of(*query->sensor);
    }
    const auto found = stored.incidents.list(*query);

    json_writer out;
    out.begin_array();
    for (const auto& incident : found) {
        out.begin_object();
        write_members(out, incident, stored.sensors);
        out.end_object();
    }
    auto answer = json_response(200, out.end_array().take());
    if (found.size() == query->limit) add_next_link(answer, what, parameters->all, found.back().id);
    return answer;
}

response show_incident(const request& what, const tables& stored) {
    const auto id = parse_number(what.parameters[0]);
    if (!id) return bad_request("bad_id", "An incident's id is a number.");
    std::optional<incident_record> incident;
    if (*id <= std::numeric_limits<storage::incident_id>::max())
        incident = stored.incidents.find(static_cast<storage::incident_id>(*id));
    if (!incident) return not_found("There is no incident with this id.");

    json_writer out;
    out.begin_object();
    write_members(out, *incident, stored.sensors);
    write_history(out, *incident, stored.incidents);
    return json_response(200, out.end_object().take());
}

} // namespace

void add_incident_routes(router& routes, const tables& stored) {
    routes.add("GET", "/api/monitoring/incidents",
               revalidated(at_once([&stored](const request& what) { return list_incidents(what, stored); })));
    routes.add("GET", "/api/monitoring/incidents/{}",
               revalidated(at_once([&stored](const request& what) { return show_incident(what, stored); })));
    // As the old dashboard had them.
    routes.add("GET", "/incident/archive/list",
               revalidated(at_once([&stored](const request& what) { return list_incidents(what, stored, true); })));
    routes.add("GET", "/incident/archive/{}",
               revalidated(at_once([&stored](const request& what) { return show_incident(what, stored); })));
}

} // namespace nightjar::web
