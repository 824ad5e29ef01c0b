// Clients: who is there and who is away, each with its figures, and throwing them out.
#include "web/client_list.hpp"
#include "web/routes/rights.hpp"
#include "web/routes/routes.hpp"
#include "web/turns.hpp"
#include "web/wait_for.hpp"

#include <boost/json/parse.hpp>

namespace nightjar::web {

namespace {

using std::chrono::milliseconds;
constexpr std::size_t written_at_once = 500;              // clients
constexpr std::size_t most_sensors = 1000;                // of one client
constexpr std::size_t lists_at_a_time = 4;                // each takes megabytes while it is made
constexpr const char* control_topic = "$CONTROL/clients"; // who may write to it may throw clients out

answer list_clients(const request& what, admin::administrator& admin, milliseconds deadline, turns& lists) {
    const auto parameters = read_list_parameters(what);
    if (!parameters) co_return parameters.error();
    const auto query = read_client_query(*parameters);
    if (!query) co_return query.error();
    const auto turn = co_await lists.take();
    auto pages = co_await wait_for<std::vector<plugin::client_page>>(
        deadline, [&](auto done) { admin.clients(*query, std::move(done)); });
    if (!pages) co_return no_answer_in_time();
    const auto found = merge(std::move(*pages), *query);

    json_writer out;
    out.begin_array();
    for (std::size_t n = 0; const auto& client : found.rows) {
        if (++n % written_at_once == 0) co_await let_others_run();
        out.begin_object();
        write_members(out, client);
        out.end_object();
    }
    auto list = json_response(200, out.end_array().take());
    if (found.more) add_next_link(list, what, parameters->all, "after", cursor_behind(found.rows.back()));
    co_return list;
}

// The sensors whose newest value the client sent; none without the sensors plugin.
void write_sensors(json_writer& out, const std::string& client_id, const tables& stored, admin::administrator& admin) {
    out.key("sensors").begin_array();
    const auto ids = admin.http({.method = "GET", .path = "fed-by", .query = client_id, .body = {}});
    const auto known = ids ? boost::json::parse(ids->body) : boost::json::value(boost::json::array());
    std::size_t count = 0;
    for (const auto& id : known.as_array()) {
        const auto sensor = stored.sensors.find(static_cast<storage::sensor_id>(id.to_number<std::uint32_t>()));
        const auto last = sensor ? stored.measurements.last(sensor->id) : std::nullopt;
        if (!last) continue;
        if (++count > most_sensors) break;
        out.begin_object().field("id", sensor->id).field("name", sensor->name).field("value", last->value);
        out.field("unit", sensor->unit).field("created_at", format_time(last->time_ms())).end_object();
    }
    out.end_array();
}

response no_such_client() { return not_found("There is no session of this client."); }

struct house {
    admin::administrator& admin;
    const tables& stored;
    milliseconds deadline;
};

answer show_client(const request& what, plugin::client_key key, house in) {
    static_cast<void>(what);
    auto& [admin, stored, deadline] = in;
    const auto found = co_await wait_for<std::optional<plugin::client_details>>(
        deadline, [&](auto done) { admin.client(std::move(key), std::move(done)); });
    if (!found) co_return no_answer_in_time();
    if (!*found) co_return no_such_client();
    json_writer out;
    out.begin_object();
    write_members(out, (*found)->client);
    out.key("subscription_list").begin_array();
    for (const auto& [filter, qos] : (*found)->subscriptions)
        out.begin_object().field("filter", filter).field("qos", static_cast<int>(qos)).end_object();
    out.end_array();
    write_sensors(out, (*found)->client.client_id, stored, admin);
    co_return json_response(200, out.end_object().take());
}

response answer_of(plugin::kick_result result) {
    switch (result) {
    case plugin::kick_result::done: break;
    case plugin::kick_result::unknown: return no_such_client();
    case plugin::kick_result::not_connected:
        return error_response(409, "not_connected", "The client is away; session=discard ends its session.");
    case plugin::kick_result::storage_failed:
        return error_response(503, "storage_failed", "The session has ended, but the store could not be written.");
    }
    response done;
    done.status = 204;
    return done;
}

answer kick_client(const request& what, plugin::client_key key, house in) {
    auto& [admin, stored, deadline] = in;
    const auto parameters = query_parameters::parse(what.query);
    if (!parameters) co_return bad_request("bad_query", "The query string is not well-formed.");
    const auto session = parameters->find("session").value_or("keep");
    if (session != "keep" && session != "discard")
        co_return bad_request("bad_parameter", "session is keep or discard.");
    if (auto refused = co_await refuse_unless(admin, what, plugin::access::write, control_topic, deadline))
        co_return std::move(*refused);
    const auto result = co_await wait_for<plugin::kick_result>(
        deadline, [&](auto done) { admin.kick(std::move(key), session == "discard", std::move(done)); });
    co_return result ? answer_of(*result) : no_answer_in_time();
}

using client_handler = answer (*)(const request&, plugin::client_key, house);

answer by_number(const request& what, client_handler handle, house in) {
    const auto number = parse_number(what.parameters[0]);
    if (!number) co_return bad_request("bad_id", "A session's number is a number.");
    plugin::client_key key{{}, *number};
    co_return co_await handle(what, std::move(key), in);
}

} // namespace

void add_client_routes(router& routes, const tables& stored, admin::administrator& admin, milliseconds deadline) {
    const house in{admin, stored, deadline};
    routes.add("GET", "/api/v1/clients",
               [&admin, deadline, lists = std::make_shared<turns>(lists_at_a_time)](const request& what) {
                   return list_clients(what, admin, deadline, *lists);
               });
    for (const auto& [method, handle] : {std::pair("GET", &show_client), std::pair("DELETE", &kick_client)}) {
        routes.add(method, "/api/v1/clients/{...}", [in, handle = handle](const request& what) {
            return handle(what, {what.parameters[0], {}}, in);
        });
        // An id may be longer than a request's head.
        routes.add(method, "/api/v1/sessions/{}",
                   [in, handle = handle](const request& what) { return by_number(what, handle, in); });
    }
}

} // namespace nightjar::web
