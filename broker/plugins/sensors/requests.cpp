// What people do over HTTP: each request becomes a message on the incidents' topic, published with the rights of who
// asks.
#include "broker/plugins/sensors/messages.hpp"
#include "broker/plugins/sensors/sensors.hpp"
#include "broker/text/json_number.hpp"
#include "broker/text/json_parser.hpp"
#include "broker/text/json_writer.hpp"
#include "storage/store.hpp"

#include <chrono>

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

namespace nightjar::plugins::sensors {

namespace json = boost::json;
using nightjar::plugin::http_answer;
using nightjar::plugin::http_request;

namespace {

http_answer refuse(unsigned status, std::string_view error, std::string_view detail) {
    return {status, error_message(error, detail)};
}

// The members of the body that a command has; an empty body is an empty object. Nothing: it is no object.
std::optional<std::string> command_of(std::string_view action, std::string_view body,
                                      std::optional<std::uint32_t> incident) {
    boost::system::error_code error;
    const auto document = text::parse_json(body.empty() ? "{}" : body, error);
    const auto* object = error ? nullptr : document.if_object();
    if (object == nullptr) return std::nullopt;
    text::json_writer out;
    out.begin_object().field("action", action);
    if (incident) out.field("incident_id", *incident);
    for (const std::string_view name : {"sensor", "reason", "by", "comment"})
        if (const auto* given = object->if_contains({name.data(), name.size()}))
            out.key(name).raw(json::serialize(*given));
    return out.end_object().take();
}

std::int64_t wall_ms() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

} // namespace

http_answer sensors::pass_on(std::string_view action, std::string_view body, std::optional<std::string_view> id) const {
    const auto incident = id ? text::parse_id(*id) : std::nullopt;
    if (id && !incident) return refuse(400, "bad_id", "An incident's id is a number.");
    auto command = command_of(action, body, incident);
    if (!command) return refuse(400, "bad_json", "The body is not a JSON object.");
    return {200, {}, {{options_.topic_incidents, std::move(*command), false}}};
}

http_answer sensors::republish(std::string_view id) const {
    const auto number = text::parse_id(id);
    if (!number) return refuse(400, "bad_id", "An incident's id is a number.");
    auto incident = store_.incident_table().find(*number);
    if (!incident) return refuse(404, "not_found", "There is no incident with this id.");
    incident->sensor = store_.sensor_table().owner_of(incident->sensor);
    const auto sensor = registry_.find(incident->sensor).value_or(storage::sensor_record{});
    const auto message = incident_message(*incident, sensor, wall_ms());
    text::json_writer out;
    out.begin_object().field("status", "success").field("incident_id", incident->id);
    out.field("topic", options_.topic_incidents).end_object();
    http_answer result{200, out.take(), {{options_.topic_incidents, message, false}}};
    if (incident->status != storage::incident_status::closed)
        result.publishes.push_back({options_.incident_topic(incident->id), message, true});
    return result;
}

// The old system's {"op":1,"ack":true,"comment":"..."}, which knew of one incident at most: here the oldest.
http_answer sensors::update_incident(const http_request& request) const {
    boost::system::error_code error;
    const auto document = text::parse_json(request.body, error);
    const auto* object = error ? nullptr : document.if_object();
    if (object == nullptr) return refuse(400, "bad_json", "The body is not a JSON object.");
    const auto open = incidents_.open();
    if (open.empty()) return refuse(400, "no_open_incident", "No incident is open.");
    const auto* op = object->if_contains("op");
    const auto number = op == nullptr ? std::nullopt : text::number_of(*op);
    if (!number || (*number != 1 && *number != 2 && *number != 3)) return refuse(400, "bad_field", "op is 1, 2 or 3.");
    const auto* ack = object->if_contains("ack");
    const bool acknowledges = ack != nullptr && ack->is_bool() && ack->get_bool();
    text::json_writer out;
    out.begin_object().field("action", acknowledges ? "ack" : "comment").field("incident_id", open.front().id);
    out.field("by", fmt::format("op{}", *number));
    if (const auto* comment = object->if_contains("comment")) out.key("comment").raw(json::serialize(*comment));
    return {200, {}, {{options_.topic_incidents, out.end_object().take(), false}}};
}

} // namespace nightjar::plugins::sensors
