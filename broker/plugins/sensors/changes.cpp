// What people do to sensors over REST: commands on $CONTROL/sensors, which who may write there may give. They take
// effect with the sensor's next value, on whatever worker.
#include "broker/plugins/sensors/discovery.hpp"
#include "broker/plugins/sensors/messages.hpp"
#include "broker/plugins/sensors/sensors.hpp"
#include "broker/text/json_writer.hpp"

namespace nightjar::plugins::sensors {

using nightjar::plugin::publish_outcome;

namespace {

constexpr refusal_text texts[] = {
    {"unknown_sensor", 404, "There is no sensor with this id."},
    {"already_exists", 409, "There is a sensor with this id already."},
    {"too_many_sensors", 409, "There are as many sensors as plugin_opt_max_sensors allows."},
    {"part_of_identity", 409, "The values of this sensor are told from others by that; it cannot change."},
    {"min_above_max", 400, "thresholds: min is above max."},
};

publish_outcome refuse(nightjar::plugin::ingest_report& report, std::string_view refused) {
    const auto* known = find_refusal(texts, refused);
    report.status = known->status;
    report.answer = error_message(known->status == 400 ? "bad_field" : refused, known->detail);
    return publish_outcome::pass;
}

} // namespace

// Nobody but REST gives them: whoever publishes to the topic otherwise is not heard.
publish_outcome sensors::on_control(host& host, const nightjar::plugin::publish_event& event) {
    if (event.report == nullptr) return publish_outcome::pass;
    auto& report = *event.report;
    auto [what, error, detail] = parse_sensor_command(event.packet.payload);
    if (!what) {
        report.status = 400;
        report.answer = error_message(error, detail);
        return publish_outcome::pass;
    }
    if (what->kind == sensor_action::remove) {
        const auto& client = event.client;
        return remove(host, what->sensor, client.user_name.empty() ? client.client_id : client.user_name, report);
    }
    const bool create = what->kind == sensor_action::create;
    const auto answer = create ? registry_.declare(what->sensor, what->set, host.now_us() / 1000)
                               : registry_.change(what->sensor, what->set);
    if (answer.found == nullptr) return refuse(report, answer.rejected);
    host.batch().sensors.push_back(answer.record);
    publish_discovery(host, answer.record);
    report.sensors.push_back(answer.record.id);
    report.status = create ? 201 : 200;
    report.answer = text::json_writer().begin_object().field("sensor", answer.record.id).end_object().take();
    return publish_outcome::stored;
}

// Its values go with it, much of them in the background; the next value makes a new one.
publish_outcome sensors::remove(host& host, storage::sensor_id id, std::string_view by,
                                nightjar::plugin::ingest_report& report) {
    const auto record = registry_.remove(id);
    if (!record) return refuse(report, "unknown_sensor");
    host.batch().remove_sensor({id, record->revision});
    incidents_.end_all(host, *record, {by, "the sensor was deleted"});
    const auto take_back = [&](const std::string& topic) { host.publish(topic, {}, codec::qos::at_least_once, true); };
    if (!options_.state_topic.empty()) take_back(state_topic_of(options_, id));
    if (options_.homeassistant) take_back(discovery_topic(options_, id));
    report.sensors.push_back(id);
    report.answer = "{}";
    return publish_outcome::stored;
}

} // namespace nightjar::plugins::sensors
