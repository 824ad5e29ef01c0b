#include "web/json_body.hpp"
#include "web/routes/publisher.hpp"
#include "web/routes/routes.hpp"
#include "web/text.hpp"

#include <boost/json/value.hpp>

namespace nightjar::web {

namespace {

namespace json = boost::json;

response invalid(std::string_view name, std::string_view detail) { return publish_error(400, name, detail); }

// A string as it is, null as nothing, anything else as its JSON text.
result<std::string> read_payload(const json::object& body) {
    const json::value* message = body.if_contains("msg");
    if (message == nullptr) message = body.if_contains("payload");
    if (message == nullptr) return invalid("missing_field", "msg is missing.");

    std::string_view encoding = "plain";
    if (const json::value* given = body.if_contains("encoding")) {
        const auto* text = given->if_string();
        if (text == nullptr || (*text != "plain" && *text != "base64"))
            return invalid("bad_field", "encoding is \"plain\" or \"base64\".");
        encoding = *text;
    }
    if (encoding == "base64") {
        const auto* text = message->if_string();
        auto bytes = text != nullptr ? base64_decode(*text) : std::nullopt;
        if (!bytes) return invalid("bad_field", "msg is not valid base64.");
        return std::move(*bytes);
    }
    if (message->is_null()) return std::string();
    if (const auto* text = message->if_string()) return std::string(std::string_view(*text));
    json_writer out;
    if (!write_json(out, *message)) return invalid("bad_field", "msg holds a number that is too large.");
    return out.take();
}

result<codec::qos> read_qos(const json::object& body) {
    const json::value* given = body.if_contains("qos");
    if (given == nullptr) return codec::qos::at_most_once;
    const auto number = number_of(*given);
    if (number == 0.0) return codec::qos::at_most_once;
    if (number == 1.0) return codec::qos::at_least_once;
    if (number == 2.0) return codec::qos::exactly_once;
    return invalid("bad_field", "qos is 0, 1 or 2.");
}

result<admin::publish_request> read_message(const request& what) {
    const auto body = parse_object(what.body);
    if (!body) return invalid("bad_json", not_an_object);
    const json::value* topic = body->if_contains("topic");
    if (topic == nullptr) return invalid("missing_field", "topic is missing.");
    const auto* name = topic->if_string();
    if (name == nullptr || name->empty()) return invalid("bad_field", "topic is a string that is not empty.");

    if (std::string_view(*name).starts_with("$CONTROL/"))
        return publish_error(403, "denied", "What $CONTROL does has paths of its own.");
    admin::publish_request message;
    message.topic = std::string_view(*name);
    message.address = what.address;
    message.user_name = what.user_name;
    message.realm = what.listener->realm;
    if (const json::value* retain = body->if_contains("retain")) {
        if (!retain->is_bool()) return invalid("bad_field", "retain is true or false.");
        message.retain = retain->get_bool();
    }
    const auto qos = read_qos(*body);
    if (!qos) return qos.error();
    message.qos = *qos;
    auto payload = read_payload(*body);
    if (!payload) return payload.error();
    message.payload = std::move(*payload);
    return message;
}

answer publish(const request& what, admin::administrator& admin, std::chrono::milliseconds deadline) {
    auto message = read_message(what);
    if (!message) co_return message.error();
    const auto published = co_await publish_and_wait(admin, std::move(*message), deadline);
    if (auto refused = refusal_of(published)) co_return std::move(*refused);
    co_return json_response(200, "{\"code\":0}");
}

} // namespace

void add_publish_route(router& routes, admin::administrator& admin, std::chrono::milliseconds deadline) {
    routes.add("POST", "/publish", [&admin, deadline](const request& what) { return publish(what, admin, deadline); });
}

} // namespace nightjar::web
