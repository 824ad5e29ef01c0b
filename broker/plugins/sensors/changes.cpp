// What people do to sensors over REST: commands on $CONTROL/sensors, which who may write there may give. They take
// effect with the sensor's next value, on whatever worker.
#include "broker/plugins/sensors/discovery.hpp"
#include "broker/plugins/sensors/messages.hpp"
#include "broker/plugins/sensors/sensors.hpp"
#include "broker/text/json_writer.hpp"

#include <fmt/format.h>

namespace nightjar::plugins::sensors {

using nightjar::plugin::publish_outcome;

namespace {

constexpr refusal_text texts[] = {
    {"unknown_sensor", 404, "There is no sensor with this id."},
    {"already_exists", 409, "There is a sensor with this id already."},
    {"was_merged", 409, "The sensor with this id was merged into another one."},
    {"not_merged", 404, "The sensor with this id is no part of another one."},
    {"same_sensor", 409, "A sensor cannot be merged into itself."},
    {"other_type", 409, "The two sensors measure different things: their types differ."},
    {"other_unit", 409, "The values of the two sensors have different units."},
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

publish_outcome refuse_range(nightjar::plugin::ingest_report& report, const watch_rule& rule) {
    report.status = 400;
    report.answer = error_message(
        "bad_field", fmt::format("thresholds: {} to {} is narrower than twice plugin_opt_hysteresis, which is {} here: "
                                 "no value could close an incident.",
                                 rule.range.min, rule.range.max, rule.hysteresis));
    return publish_outcome::pass;
}

std::string_view name_of(const nightjar::plugin::client& who) {
    return who.user_name.empty() ? who.client_id : who.user_name;
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
    if (what->kind == sensor_action::remove) return remove(host, what->sensor, name_of(event.client), report);
    if (what->kind == sensor_action::merge) return merge(host, *what, name_of(event.client), report);
    if (what->kind == sensor_action::unmerge) return unmerge(host, what->sensor, report);
    const bool create = what->kind == sensor_action::create;
    const auto answer = create ? registry_.declare(what->sensor, what->set, host.now_us() / 1000)
                               : registry_.change(what->sensor, what->set);
    if (answer.rejected == "below_hysteresis") return refuse_range(report, options_.watch_rule_of(answer.record));
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
    const auto removed = registry_.remove(id);
    if (removed.empty()) return refuse(report, "unknown_sensor");
    for (const auto& record : removed) host.batch().remove_sensor({record.id, record.revision});
    incidents_.end_all(host, removed.back(), {by, "the sensor was deleted"});
    take_back(host, id);
    report.sensors.push_back(id);
    report.answer = "{}";
    return publish_outcome::stored;
}

// One record says so; its values stay where they are, and are read as the other's. Its source feeds the other from now
// on.
publish_outcome sensors::merge(host& host, const sensor_command& what, std::string_view by,
                               nightjar::plugin::ingest_report& report) {
    auto done = registry_.merge(what.sensor, what.into);
    if (!done.rejected.empty()) return refuse(report, done.rejected);
    incidents_.end_all(host, done.from, {by, fmt::format("the sensor was merged into {}", what.into)});
    for (auto& record : done.changed) host.batch().sensors.push_back(std::move(record));
    take_back(host, what.sensor);
    report.sensors.push_back(what.into);
    report.answer = "{}";
    return publish_outcome::stored;
}

// What is stored under its id is its own again. What its source has fed the other meanwhile stays there.
publish_outcome sensors::unmerge(host& host, storage::sensor_id id, nightjar::plugin::ingest_report& report) {
    auto done = registry_.unmerge(id);
    if (!done.rejected.empty()) return refuse(report, done.rejected);
    for (auto& record : done.changed) host.batch().sensors.push_back(std::move(record));
    publish_discovery(host, done.from);
    publish_stored_state(host, done.from);
    report.sensors.push_back(id);
    report.answer = "{}";
    return publish_outcome::stored;
}

// What is retained of it.
void sensors::take_back(host& host, storage::sensor_id id) const {
    const auto clear = [&](const std::string& topic) { host.publish(topic, {}, codec::qos::at_least_once, true); };
    if (!options_.state_topic.empty()) clear(state_topic_of(options_, id));
    if (options_.homeassistant) clear(discovery_topic(options_, id));
}

} // namespace nightjar::plugins::sensors
