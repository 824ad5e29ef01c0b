// What the old DHT11 dashboard's page asked for: the newest temperature and humidity, and a list of them.
#include "web/entity_tag.hpp"
#include "web/routes/routes.hpp"
#include "web/text.hpp"

#include <algorithm>
#include <map>

namespace nightjar::web {

namespace {

using storage::sensor_record;
using storage::stored_measurement;

constexpr std::size_t listed = 100; // values of each of the two

struct pair {
    std::optional<stored_measurement> temperature, humidity;

    const stored_measurement& any() const { return temperature ? *temperature : *humidity; }
};

// The two sensors of the device that was heard of last.
struct device {
    std::optional<sensor_record> temperature, humidity;
    std::int64_t heard_ms = 0;
};

std::optional<device> last_device(const tables& stored) {
    std::map<std::string, device> by_topic;
    for (auto& sensor : stored.sensors.all()) {
        if (sensor.source != "dht11") continue;
        const auto last = stored.measurements.last(sensor.id);
        if (!last) continue;
        auto& d = by_topic[sensor.topic];
        d.heard_ms = std::max(d.heard_ms, last->time_ms());
        (sensor.type == "humidity" ? d.humidity : d.temperature) = std::move(sensor);
    }
    const auto newest = std::max_element(by_topic.begin(), by_topic.end(), [](const auto& a, const auto& b) {
        return a.second.heard_ms < b.second.heard_ms;
    });
    return newest == by_topic.end() ? std::nullopt : std::optional(std::move(newest->second));
}

// By time, newest first: what came in one message has one time.
std::map<std::int64_t, pair, std::greater<>> pairs(const device& of, const tables& stored, std::size_t limit) {
    std::map<std::int64_t, pair, std::greater<>> result;
    const auto add = [&](const std::optional<sensor_record>& sensor, std::optional<stored_measurement> pair::*place) {
        if (!sensor) return;
        storage::measurement_query query;
        query.sensor = sensor->id;
        query.limit = limit;
        for (const auto& row : stored.measurements.query(query).rows) result[row.time_ms()].*place = row;
    };
    add(of.temperature, &pair::temperature);
    add(of.humidity, &pair::humidity);
    return result;
}

void write_value(json_writer& out, std::string_view name, const std::optional<stored_measurement>& row) {
    out.field(name, row ? std::optional(row->value) : std::nullopt);
}

response latest(const tables& stored) {
    const auto device = last_device(stored);
    const auto all = device ? pairs(*device, stored, 1) : decltype(pairs(*device, stored, 1))();
    if (all.empty()) return error_response(404, "no_measurement", "There is no measurement of a DHT11 yet.");
    const auto& [time, values] = *all.begin();
    json_writer out;
    out.begin_object();
    write_value(out, "temperature", values.temperature);
    write_value(out, "humidity", values.humidity);
    return json_response(200, out.field("timestamp", format_time(time)).end_object().take());
}

response list(const tables& stored) {
    json_writer out;
    out.begin_object().key("data").begin_array();
    if (const auto device = last_device(stored)) {
        for (const auto& [time, values] : pairs(*device, stored, listed)) {
            out.begin_object().field("id", values.any().id);
            write_value(out, "temp", values.temperature);
            write_value(out, "hum", values.humidity);
            out.field("dt", format_time(time)).end_object();
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
