// What people do to sensors. Each request becomes a command to the sensors plugin, published to $CONTROL/sensors with
// the rights of who asks; the answer is what the store holds then.
#include "web/json_body.hpp"
#include "web/routes/find_sensor.hpp"
#include "web/routes/publisher.hpp"
#include "web/routes/rights.hpp"
#include "web/routes/routes.hpp"
#include "web/text.hpp"

#include <fmt/format.h>

namespace nightjar::web {

namespace {

namespace json = boost::json;
using std::chrono::milliseconds;
constexpr const char* control_topic = "$CONTROL/sensors"; // who may write to it may change sensors

// Nothing: a number in it is not finite.
std::optional<std::string> write_command(std::string_view action, const json::value& sensor, const json::object& set) {
    json_writer out;
    out.begin_object().field("action", action).key("sensor");
    if (!write_json(out, sensor)) return std::nullopt;
    out.key("set");
    if (!write_json(out, set)) return std::nullopt;
    return out.end_object().take();
}

// The refusal to send, or what came of it, which is on disk.
boost::asio::awaitable<result<plugin::ingest_report>> give(admin::administrator& admin, const request& what,
                                                           std::optional<std::string> command, milliseconds deadline) {
    if (!command) co_return bad_request("bad_field", "The body has a number that is not finite.");
    if (auto refused = co_await refuse_unless(admin, what, plugin::access::write, control_topic, deadline))
        co_return std::move(*refused);
    admin::publish_request message;
    message.topic = control_topic;
    message.payload = std::move(*command);
    message.qos = codec::qos::at_least_once;
    message.address = what.address;
    message.user_name = what.user_name;
    message.realm = what.listener->realm;
    auto done = co_await publish_and_wait(admin, std::move(message), deadline);
    if (auto refused = refusal_of(done)) co_return std::move(*refused);
    auto& report = done->ingest;
    if (report.answer.empty()) co_return not_found("The sensors plugin is not loaded.");
    if (report.sensors.empty()) co_return json_response(report.status, std::move(report.answer));
    co_return std::move(report);
}

response show(storage::sensor_id id, const tables& stored, admin::administrator& admin) {
    const auto sensor = stored.sensors.find(id);
    return sensor ? show_sensor(*sensor, stored, admin) : not_found("Somebody has deleted the sensor meanwhile.");
}

// `action`, with the body as what it takes.
answer act_on(std::string_view action, const request& what, const tables& stored, admin::administrator& admin,
              milliseconds deadline) {
    const auto sensor = find_sensor(stored, what.parameters[0]);
    if (!sensor) co_return sensor.error();
    const auto body = parse_object(what.body);
    if (!body) co_return bad_request("bad_json", not_an_object);
    const auto done = co_await give(admin, what, write_command(action, sensor->id, *body), deadline);
    co_return done ? show(done->sensors.front(), stored, admin) : done.error();
}

answer change_sensor(const request& what, const tables& stored, admin::administrator& admin, milliseconds deadline) {
    return act_on("change", what, stored, admin, deadline);
}

answer merge_sensor(const request& what, const tables& stored, admin::administrator& admin, milliseconds deadline) {
    return act_on("merge", what, stored, admin, deadline);
}

answer unmerge_sensor(const request& what, const tables& stored, admin::administrator& admin, milliseconds deadline) {
    const auto id = read_sensor_id(what.parameters[0]);
    if (!id) co_return id.error();
    const auto done = co_await give(admin, what, write_command("unmerge", *id, {}), deadline);
    co_return done ? show(done->sensors.front(), stored, admin) : done.error();
}

answer create_sensor(const request& what, const tables& stored, admin::administrator& admin, milliseconds deadline) {
    auto body = parse_object(what.body);
    if (!body) co_return bad_request("bad_json", not_an_object);
    const auto* given = body->if_contains("id");
    if (given == nullptr) co_return bad_request("missing_field", "id is missing: the number that the device sends.");
    const auto id = *given;
    body->erase("id");
    const auto done = co_await give(admin, what, write_command("create", id, *body), deadline);
    if (!done) co_return done.error();
    auto result = show(done->sensors.front(), stored, admin);
    result.status = 201;
    result.fields.emplace_back("Location", fmt::format("/api/monitoring/sensors/{}/", done->sensors.front()));
    co_return result;
}

answer delete_sensor(const request& what, const tables& stored, admin::administrator& admin, milliseconds deadline) {
    const auto sensor = find_sensor(stored, what.parameters[0]);
    if (!sensor) co_return sensor.error();
    const auto done = co_await give(admin, what, write_command("remove", sensor->id, {}), deadline);
    if (!done) co_return done.error();
    response result;
    result.status = 204;
    co_return result;
}

} // namespace

void add_sensor_change_routes(router& routes, const tables& stored, admin::administrator& admin,
                              milliseconds deadline) {
    const auto add = [&](const char* method, const char* path, auto handle) {
        routes.add(method, path, [&stored, &admin, deadline, handle](const request& what) {
            return handle(what, stored, admin, deadline);
        });
    };
    add("POST", "/api/monitoring/sensors", &create_sensor);
    add("PATCH", "/api/monitoring/sensors/{}", &change_sensor);
    add("DELETE", "/api/monitoring/sensors/{}", &delete_sensor);
    add("POST", "/api/monitoring/sensors/{}/merge", &merge_sensor);
    add("DELETE", "/api/monitoring/sensors/{}/merge", &unmerge_sensor);
}

} // namespace nightjar::web
