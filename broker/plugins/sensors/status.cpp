// What the plugin answers over HTTP: its state, what it refused, a sensor's thresholds, its part of /metrics.
#include "broker/plugins/sensors/sensors.hpp"
#include "broker/text/json_number.hpp"
#include "broker/text/json_writer.hpp"
#include "broker/text/metrics_writer.hpp"
#include "broker/text/time.hpp"
#include "storage/store.hpp"

namespace nightjar::plugins::sensors {

using text::json_writer;

namespace {

constexpr std::string_view sensors_prefix = "/api/monitoring/sensors/", thresholds_suffix = "/thresholds";

void write_range(json_writer& out, const threshold& range) {
    out.begin_object().field("min", range.min).field("max", range.max).end_object(); // no bound: null
}

} // namespace

std::optional<nightjar::plugin::http_answer> sensors::on_http(const nightjar::plugin::http_request& request) {
    if (request.method != "GET") return std::nullopt;
    if (request.path == "/mqtt/status") return nightjar::plugin::http_answer{200, status_json()};
    if (request.path == "/api/v1/ingest/rejected") return nightjar::plugin::http_answer{200, rejected_json()};
    if (request.path == "/metrics") return nightjar::plugin::http_answer{200, metrics_text()};
    if (request.path.starts_with(sensors_prefix) && request.path.ends_with(thresholds_suffix)) {
        auto id = request.path.substr(sensors_prefix.size());
        id.remove_suffix(std::min(id.size(), thresholds_suffix.size()));
        if (auto body = thresholds_json(id)) return nightjar::plugin::http_answer{200, std::move(*body)};
    }
    return std::nullopt;
}

std::string sensors::status_json() const {
    const auto facts = facts_();
    json_writer out;
    out.begin_object();
    out.field("connected", true).field("ingest", "running").field("broker", "localhost").field("port", facts.port);
    out.field("client_id", options_.client_id);
    const auto data = options_.sources.empty() || options_.sources.front().filter != "dht11/+/data"
                          ? (options_.sources.empty() ? std::string() : options_.sources.front().filter)
                          : std::string("dht11/sensor/data");
    out.key("topics").begin_object().field("sensor_data", data).field("incidents", options_.topic_incidents);
    out.field("alerts", options_.topic_alerts).field("status", options_.topic_status).end_object();
    out.key("thresholds").begin_object().key("temperature");
    write_range(out, options_.threshold_of(0, "temperature"));
    out.key("humidity");
    write_range(out, options_.threshold_of(0, "humidity"));
    out.end_object();
    out.field("version", facts.version).field("uptime", facts.uptime_seconds);
    out.field("clients_connected", facts.clients_connected).field("open_incidents", incidents_.open_count());
    out.field("sensors", registry_.size());
    return out.end_object().take();
}

std::string sensors::rejected_json() const {
    json_writer out;
    out.begin_object().key("counts").begin_object();
    for (const auto& [reason, count] : rejections_.counts()) out.field(reason, count);
    out.end_object().key("last").begin_array();
    for (const auto& entry : rejections_.last()) {
        out.begin_object().field("time", text::format_time(entry.time_ms)).field("topic", entry.topic);
        out.field("reason", entry.reason).field("payload", entry.payload).end_object();
    }
    return out.end_array().end_object().take();
}

// Labels have the few values that the configuration allows: types with a threshold, our own reasons.
std::string sensors::metrics_text() const {
    using kind = text::metrics_writer::kind;
    const auto incidents = incidents_.counted();
    text::metrics_writer out;
    out.family("sensors_known", kind::gauge, "Sensors that have ever sent a value.").sample(registry_.size());
    out.family("sensors_incidents_open", kind::gauge, "Open incidents.").sample(incidents_.open_count());
    out.family("sensors_incidents_opened_total", kind::counter, "Incidents opened, by type of sensor.");
    for (const auto& [type, count] : incidents.opened) out.sample({{"type", type}}, count);
    out.family("sensors_incidents_closed_total", kind::counter, "Incidents closed.").sample(incidents.closed);
    out.family("sensors_values_rejected_total", kind::counter,
               "Messages that were not stored, by reason; bad_clock: stored with the time of arrival.");
    for (const auto& [reason, count] : rejections_.counts()) out.sample({{"reason", reason}}, count);
    return out.take();
}

std::optional<std::string> sensors::thresholds_json(std::string_view id) const {
    const auto number = text::parse_id(id);
    if (!number) return std::nullopt;
    const auto record = store_.sensor_table().find(*number);
    if (!record) return std::nullopt;
    json_writer out;
    write_range(out, options_.threshold_of(record->id, record->type));
    return out.take();
}

} // namespace nightjar::plugins::sensors
