// POST /mqtt/disconnect and /mqtt/connect of the old dashboard: values and alerts pause; clients notice nothing. The
// web side has asked for the right to do so. Not kept over a restart.
#include "broker/plugins/sensors/messages.hpp"
#include "broker/plugins/sensors/sensors.hpp"
#include "broker/text/json_number.hpp"
#include "broker/text/json_parser.hpp"
#include "broker/text/json_writer.hpp"

#include <algorithm>
#include <cmath>

namespace nightjar::plugins::sensors {

namespace json = boost::json;
using nightjar::plugin::http_answer;

namespace {

// An empty body is an empty object. Nothing: it is no object.
std::optional<json::object> object_of(std::string_view body) {
    boost::system::error_code error;
    auto document = text::parse_json(body.empty() ? "{}" : body, error);
    if (error || !document.is_object()) return std::nullopt;
    return std::move(document.get_object());
}

http_answer state(bool connected) {
    text::json_writer out;
    out.begin_object().field("connected", connected).field("status", connected ? "connected" : "disconnected");
    return {200, out.end_object().take()};
}

const http_answer not_an_object{400, error_message("bad_json", "The body is not a JSON object.")};

bool is_here(std::string_view host) {
    constexpr std::string_view names[] = {"localhost", "127.0.0.1", "::1", "0.0.0.0"};
    return std::find(std::begin(names), std::end(names), host) != std::end(names);
}

} // namespace

http_answer sensors::pause(std::string_view body) {
    const auto object = object_of(body);
    if (!object) return not_an_object;
    constexpr double longest = 43'200; // minutes: 30 days
    std::int64_t minutes = 0;
    if (const auto* given = object->if_contains("minutes"); given != nullptr && !given->is_null()) {
        const auto number = text::number_of(*given);
        if (!number || *number < 1 || *number > longest || *number != std::floor(*number))
            return {400, error_message("bad_field", "minutes is a whole number from 1 to 43200.")};
        minutes = static_cast<std::int64_t>(*number);
    }
    pause_minutes_ = minutes;
    if (!paused_.exchange(true))
        log_.warning("Warning: sensors: paused: values are routed but not stored, and no alert is given.");
    return state(false);
}

http_answer sensors::resume(std::string_view body) {
    const auto object = object_of(body);
    if (!object) return not_an_object;
    const auto* broker = object->if_contains("broker");
    const auto* port = object->if_contains("port");
    const double wanted = (port == nullptr ? std::optional<double>() : text::number_of(*port)).value_or(0);
    const auto ports = facts_().ports;
    const bool other_host = broker != nullptr && !(broker->is_string() && is_here(broker->get_string()));
    const bool other_port =
        port != nullptr && std::none_of(ports.begin(), ports.end(), [wanted](std::uint16_t p) { return wanted == p; });
    if (other_host || other_port)
        return {409,
                error_message("is_broker",
                              "This program is the broker; use a bridge (connection/address) to link another one.")};
    if (paused_.exchange(false)) log_.notice("sensors: values are taken again.");
    return state(true);
}

// What was asked for over HTTP takes effect at once, and is told here.
void sensors::watch_pause(host& host) {
    const auto now = host.steady_ms();
    if (const auto minutes = pause_minutes_.exchange(not_asked); minutes != not_asked)
        resume_at_ms_ = minutes > 0 ? now + minutes * 60'000 : 0;
    if (resume_at_ms_ != 0 && now >= resume_at_ms_ && paused_.exchange(false))
        log_.notice("sensors: the pause is over; values are taken again.");
    const bool paused = paused_;
    if (!paused) resume_at_ms_ = 0;
    if (paused == said_paused_) return;
    said_paused_ = paused;
    host.publish(options_.topic_status, status_message(!paused, host.now_us() / 1000), codec::qos::at_least_once, true);
}

} // namespace nightjar::plugins::sensors
