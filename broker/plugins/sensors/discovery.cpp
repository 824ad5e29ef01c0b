#include "broker/plugins/sensors/discovery.hpp"

#include "broker/text/json_writer.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace nightjar::plugins::sensors {

namespace {

// Home Assistant refuses a sensor whose unit its class does not have, so both have to fit.
struct device_class {
    std::string_view type, name, units; // units: each between blanks
    std::string_view state_class = "measurement";
};
constexpr device_class classes[] = {
    {"temperature", "temperature", " °C °F K "},
    {"humidity", "humidity", " % "},
    {"light", "illuminance", " lx "},
    {"light", "voltage", " V mV "},
    {"illuminance", "illuminance", " lx "},
    {"pressure", "pressure", " hPa mbar bar Pa kPa psi "},
    {"voltage", "voltage", " V mV "},
    {"current", "current", " A mA "},
    {"power", "power", " W kW "},
    {"energy", "energy", " Wh kWh MWh ", "total_increasing"},
    {"battery", "battery", " % "},
    {"co2", "carbon_dioxide", " ppm "},
};

const device_class* class_of(const storage::sensor_record& sensor) {
    const auto unit = ' ' + sensor.unit + ' ';
    const auto* found = std::find_if(std::begin(classes), std::end(classes), [&](const device_class& c) {
        return c.type == sensor.type && !sensor.unit.empty() && c.units.find(unit) != std::string_view::npos;
    });
    return found == std::end(classes) ? nullptr : found;
}

std::string object_id(storage::sensor_id id) { return fmt::format("nightjar_{}", id); }

} // namespace

std::string state_topic_of(const options& settings, storage::sensor_id id) {
    auto topic = settings.state_topic;
    return topic.replace(topic.find("%i"), 2, std::to_string(id));
}

std::string discovery_topic(const options& settings, storage::sensor_id id) {
    return fmt::format("{}/sensor/{}/config", settings.homeassistant_prefix, object_id(id));
}

std::string birth_topic(const options& settings) { return settings.homeassistant_prefix + "/status"; }

std::string discovery_message(const options& settings, const storage::sensor_record& sensor) {
    const auto id = object_id(sensor.id);
    text::json_writer out;
    out.begin_object().field("name", sensor.name).field("unique_id", id).field("object_id", id);
    out.field("state_topic", state_topic_of(settings, sensor.id)).field("value_template", "{{ value_json.value }}");
    const auto* known = class_of(sensor);
    if (known != nullptr) out.field("device_class", known->name);
    out.field("state_class", known != nullptr ? known->state_class : "measurement");
    if (!sensor.unit.empty()) out.field("unit_of_measurement", sensor.unit);
    const auto silence = value_of(settings.offline_after, sensor.id, sensor.type, std::int64_t{0});
    if (silence > 0) out.field("expire_after", silence);
    out.field("availability_topic", settings.topic_status);
    out.field("availability_template", "{{ value_json.status }}");
    const bool alone = sensor.device.empty();
    out.key("device").begin_object().key("identifiers").begin_array();
    out.value("nightjar_" + (alone ? std::to_string(sensor.id) : sensor.device)).end_array();
    out.field("name", alone ? sensor.name : sensor.device).end_object();
    return out.key("origin").begin_object().field("name", "nightjar").end_object().end_object().take();
}

} // namespace nightjar::plugins::sensors
