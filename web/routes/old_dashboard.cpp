// What the old DHT11 dashboard's page asked for: the newest temperature and humidity, and a list of them.
#include "web/entity_tag.hpp"
#include "web/routes/routes.hpp"
#include "web/text.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <utility>
#include <vector>

namespace nightjar::web {

namespace {

using storage::measurement_id;
using storage::sensor_id;
using storage::stored_measurement;

constexpr std::size_t listed = 100; // values of each of the two

struct pair {
    std::optional<stored_measurement> temperature, humidity;

    const stored_measurement& any() const { return temperature ? *temperature : *humidity; }
};

// The two sensors of a device, or those that they were merged into.
struct device {
    std::optional<sensor_id> temperature, humidity;
    // The newest values of both, the newer one first: ids grow as values arrive; two of them may have one time. One of
    // the sensors may be another device's too, so the other one decides who was heard of last.
    std::pair<measurement_id, measurement_id> heard;
};

std::optional<device> last_device(const tables& stored) {
    std::map<std::string, device> by_topic;
    auto sensors = stored.sensors.all();
    for (auto& part : stored.sensors.merged()) sensors.push_back(std::move(part));
    for (const auto& sensor : sensors) {
        if (sensor.source != "dht11") continue;
        const auto id = sensor.merged_into != 0 ? sensor.merged_into : sensor.id;
        const auto last = stored.measurements.last(id);
        if (!last) continue;
        auto& d = by_topic[sensor.topic];
        d.heard = std::minmax({last->id, d.heard.first}, std::greater<>());
        (sensor.type == "humidity" ? d.humidity : d.temperature) = id;
    }
    const auto newest = std::max_element(by_topic.begin(), by_topic.end(),
                                         [](const auto& a, const auto& b) { return a.second.heard < b.second.heard; });
    return newest == by_topic.end() ? std::nullopt : std::optional(newest->second);
}

// By arrival, newest first. Of one message the humidity's id comes right behind the temperature's.
using pairs_by_id = std::map<measurement_id, pair, std::greater<>>;

pairs_by_id pairs(const device& of, const tables& stored, std::size_t limit) {
    pairs_by_id result;
    const auto rows_of = [&](std::optional<sensor_id> sensor) {
        if (!sensor) return std::vector<stored_measurement>();
        storage::measurement_query query;
        query.sensor = *sensor;
        query.limit = limit;
        return stored.measurements.query(query).rows;
    };
    for (const auto& row : rows_of(of.temperature)) result[row.id].temperature = row;
    for (const auto& row : rows_of(of.humidity)) {
        const auto before = result.find(row.id - 1);
        (before != result.end() ? before->second : result[row.id]).humidity = row;
    }
    return result;
}

void write_value(json_writer& out, std::string_view name, const std::optional<stored_measurement>& row) {
    out.field(name, row ? std::optional(row->value) : std::nullopt);
}

response latest(const tables& stored) {
    const auto device = last_device(stored);
    const auto all = device ? pairs(*device, stored, 1) : pairs_by_id();
    if (all.empty()) return error_response(404, "no_measurement", "There is no measurement of a DHT11 yet.");
    const auto& values = all.begin()->second;
    json_writer out;
    out.begin_object();
    write_value(out, "temperature", values.temperature);
    write_value(out, "humidity", values.humidity);
    return json_response(200, out.field("timestamp", format_time(values.any().time_ms())).end_object().take());
}

response list(const tables& stored) {
    json_writer out;
    out.begin_object().key("data").begin_array();
    if (const auto device = last_device(stored)) {
        for (const auto& [id, values] : pairs(*device, stored, listed)) {
            out.begin_object().field("id", id);
            write_value(out, "temp", values.temperature);
            write_value(out, "hum", values.humidity);
            out.field("dt", format_time(values.any().time_ms())).end_object();
        }
    }
    return json_response(200, out.end_array().end_object().take());
}

} // namespace

void add_old_dashboard_routes(router& routes, const tables& stored) {
    routes.add("GET", "/latest", revalidated(at_once([&stored](const request&) { return latest(stored); })));
    routes.add("GET", "/api", revalidated(at_once([&stored](const request&) { return list(stored); })));
}

} // namespace nightjar::web
