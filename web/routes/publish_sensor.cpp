#include "web/json_body.hpp"
#include "web/routes/publisher.hpp"
#include "web/routes/routes.hpp"
#include "web/text.hpp"

#include <chrono>

#include <boost/json/value.hpp>
#include <fmt/format.h>

namespace nightjar::web {

namespace {

namespace json = boost::json;

constexpr std::string_view status_path = "/mqtt/status";

// The sensors plugin answers for its state; without it there is none.
std::optional<plugin::http_answer> ask_for_status(admin::administrator& admin) {
    return admin.http({.method = "GET", .path = status_path, .query = {}, .body = {}});
}

response no_sensors() { return not_found("The sensors plugin is not loaded."); }

result<std::string> read_topic(const json::object& body) {
    const json::value* device = body.if_contains("device");
    if (device == nullptr || device->is_null()) return std::string("dht11/sensor/data");
    const auto* name = device->if_string();
    if (name == nullptr || name->empty() || name->find_first_of("/+#") != json::string::npos)
        return bad_request("bad_field", "device is one level of a topic: not empty, without / + #.");
    return "dht11/" + std::string(std::string_view(*name)) + "/data";
}

// The device's own time if it gives one, otherwise now.
result<std::string> read_timestamp(const json::object& body) {
    const json::value* given = body.if_contains("timestamp");
    std::optional<std::int64_t> when;
    if (given == nullptr || given->is_null()) {
        const auto now = std::chrono::system_clock::now().time_since_epoch();
        when = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
    } else if (const auto* text = given->if_string()) {
        when = parse_time(*text);
    } else if (const auto number = number_of(*given)) {
        json_writer digits;
        when = parse_time(digits.value(*number).text());
    }
    if (!when) return bad_request("bad_field", "timestamp is an ISO 8601 time, or seconds or milliseconds since 1970.");
    return format_time(*when);
}

// What the two values are called in a body.
struct names {
    std::string_view temperature, humidity;
};
constexpr names full_names{"temperature", "humidity"}, short_names{"temp", "hum"};

result<std::string> read_payload(const json::object& body, const names& called) {
    json_writer out;
    out.begin_object();
    bool any = false;
    for (const auto& [member, name] :
         {std::pair{full_names.temperature, called.temperature}, {full_names.humidity, called.humidity}}) {
        const json::value* given = body.if_contains(name);
        if (given == nullptr || given->is_null()) continue;
        const auto number = number_of(*given);
        if (!number) return bad_request("bad_field", fmt::format("{} is not a number.", name));
        out.field(member, *number);
        any = true;
    }
    if (!any)
        return bad_request("missing_field", fmt::format("{} or {} is missing.", called.temperature, called.humidity));
    const auto timestamp = read_timestamp(body);
    if (!timestamp) return timestamp.error();
    return out.field("timestamp", *timestamp).end_object().take();
}

result<admin::publish_request> read_message(const request& what, const names& called) {
    const auto body = parse_object(what.body);
    if (!body) return bad_request("bad_json", not_an_object);
    auto topic = read_topic(*body);
    if (!topic) return topic.error();
    auto payload = read_payload(*body, called);
    if (!payload) return payload.error();
    admin::publish_request message;
    message.topic = std::move(*topic);
    message.payload = std::move(*payload);
    message.qos = codec::qos::at_least_once;
    message.address = what.address;
    message.user_name = what.user_name;
    message.realm = what.listener->realm;
    return message;
}

void write_ids(json_writer& out, std::string_view name, const std::vector<std::uint32_t>& ids) {
    out.key(name).begin_array();
    for (const auto id : ids) out.value(id);
    out.end_array();
}

answer publish_sensor(const request& what, const names& called, admin::administrator& admin,
                      std::chrono::milliseconds deadline) {
    if (!ask_for_status(admin)) co_return no_sensors();
    const auto message = read_message(what, called);
    if (!message) co_return message.error();
    const auto published = co_await publish_and_wait(admin, *message, deadline);
    if (auto refused = refusal_of(published)) co_return std::move(*refused);

    const plugin::ingest_report& ingest = published->ingest;
    if (ingest.rejected == "paused") co_return error_response(409, "paused", "Ingestion is paused.");
    if (!ingest.rejected.empty())
        co_return error_response(400, "rejected", "The value was not stored: " + ingest.rejected + ".");
    json_writer out;
    out.begin_object().field("status", "success").field("topic", message->topic);
    out.key("payload").raw(message->payload);
    write_ids(out, "sensors", ingest.sensors);
    write_ids(out, "incidents", ingest.incidents);
    co_return json_response(200, out.end_object().take());
}

response show_status(admin::administrator& admin) {
    auto status = ask_for_status(admin);
    if (!status) return no_sensors();
    return json_response(status->status, std::move(status->body));
}

} // namespace

void add_sensor_publish_routes(router& routes, admin::administrator& admin, std::chrono::milliseconds deadline) {
    routes.add("GET", status_path, at_once([&admin](const request&) { return show_status(admin); }));
    const auto publish = [&](std::string_view path, const names& called) {
        routes.add("POST", path, [&called, &admin, deadline](const request& what) {
            return publish_sensor(what, called, admin, deadline);
        });
    };
    publish("/mqtt/publish/sensor", full_names);
    publish("/api/post", short_names);
}

} // namespace nightjar::web
