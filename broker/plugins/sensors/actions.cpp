// What people do to incidents: commands on the incidents' topic, over MQTT or, through it, over HTTP. Who may write to
// the topic may give them.
#include "broker/plugins/sensors/messages.hpp"
#include "broker/plugins/sensors/sensors.hpp"
#include "broker/text/json_writer.hpp"

namespace nightjar::plugins::sensors {

using nightjar::plugin::publish_outcome;

namespace {

constexpr refusal_text texts[] = {
    {"unknown_incident", 404, "There is no incident with this id."},
    {"unknown_sensor", 404, "There is no sensor with this id."},
    {"already_closed", 409, "The incident is closed, and that is final."},
    {"already_acknowledged", 409, "The incident is acknowledged already."},
    {"already_open", 409, "This sensor has an incident that somebody reported and that is not closed."},
    {"history_full", 409, "The incident's history is full."},
    {"unknown_action", 400, "The actions are create, ack, close, comment and test."},
    {"bad_sensor_id", 400, "sensor is the id of a sensor: a whole number from 1 to 4294967295."},
    {"bad_text", 400, "reason, by and comment are texts of 500 bytes at most."},
    {"no_comment", 400, "comment is missing."},
};

void report_refusal(nightjar::plugin::ingest_report* report, std::string_view refused) {
    if (report == nullptr) return;
    const auto* known = find_refusal(texts, refused);
    report->status = known != nullptr ? known->status : 400;
    report->answer =
        error_message(refused, known != nullptr ? known->detail : std::string_view("The command is not understood."));
}

} // namespace

publish_outcome sensors::on_command(host& host, const nightjar::plugin::publish_event& event) {
    const auto [what, rejected] = parse_command(event.packet.payload);
    if (!what && rejected.empty()) return publish_outcome::pass;
    const auto now = host.now_us() / 1000;
    if (what && what->kind == action::test) return test_alerts(host, event.report);
    incident_book::outcome done;
    if (what) {
        auto by = std::string_view(what->by);
        if (by.empty()) by = event.client.user_name.empty() ? event.client.client_id : event.client.user_name;
        done = act(host, *what, by);
    }
    if (const auto refused = what ? done.refused : rejected; !refused.empty()) {
        rejections_.add(event.packet.topic, event.packet.payload, refused, now);
        report_refusal(event.report, refused);
        return publish_outcome::pass;
    }
    if (event.report != nullptr) {
        event.report->incidents.push_back(done.incident.id);
        event.report->status = what->kind == action::create ? 201 : 200;
        event.report->answer = incident_message(done.incident, done.sensor, now);
    }
    return publish_outcome::stored;
}

incident_book::outcome sensors::act(host& host, const command& what, std::string_view by) {
    const incident_book::person who{by, what.comment};
    switch (what.kind) {
    case action::create: return incidents_.create(host, what.sensor, what.reason, who);
    case action::acknowledge: return incidents_.acknowledge(host, what.incident, who);
    case action::close: return incidents_.close(host, what.incident, who);
    case action::comment: return incidents_.comment(host, what.incident, who);
    case action::test: break;
    }
    return {"unknown_action", {}, {}};
}

publish_outcome sensors::test_alerts(host& host, nightjar::plugin::ingest_report* report) {
    const alert what{alert_type::test, nullptr, nullptr, host.now_us() / 1000};
    host.publish(options_.topic_alerts, alert_message(what), codec::qos::at_least_once, false);
    const auto ids = notifier_.tell(host, what);
    if (report != nullptr) {
        text::json_writer out;
        out.begin_object().field("ok", true).field("topic", options_.topic_alerts).key("notifications").begin_array();
        for (const auto id : ids) out.value(id);
        report->answer = out.end_array().end_object().take();
    }
    return ids.empty() ? publish_outcome::pass : publish_outcome::stored;
}

} // namespace nightjar::plugins::sensors
