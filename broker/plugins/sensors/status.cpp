// What the plugin answers over HTTP: its state, what it refused, a sensor's thresholds, its part of /metrics.
#include "broker/plugins/sensors/messages.hpp"
#include "broker/plugins/sensors/sensors.hpp"
#include "broker/text/json_number.hpp"
#include "broker/text/json_writer.hpp"
#include "broker/text/metrics_writer.hpp"
#include "broker/text/time.hpp"
#include "storage/store.hpp"

namespace nightjar::plugins::sensors {

using text::json_writer;

namespace {

void write_range(json_writer& out, const threshold& range) {
    out.begin_object().field("min", range.min).field("max", range.max).end_object(); // no bound: null
}

std::string_view name_of(storage::notification_channel channel) {
    return channel == storage::notification_channel::mail ? "mail" : "webhook";
}

std::string_view name_of(storage::notification_state state) {
    constexpr std::string_view names[] = {"pending", "sent", "failed", "dropped"};
    return names[static_cast<unsigned>(state)];
}

// What stands behind the host of a webhook may be as good as a password.
std::string shown(const storage::notification_record& n) {
    if (n.channel == storage::notification_channel::mail) return n.destination;
    const auto host = n.destination.find("://") + 3, path = n.destination.find('/', host);
    const auto user = n.destination.rfind('@', path);
    const auto begin = user == std::string::npos ? host : user + 1;
    return n.destination.substr(0, host) + n.destination.substr(begin, path - begin) +
           (path == std::string::npos ? "" : "/...");
}

} // namespace

std::string sensors::status_json() const {
    const auto facts = facts_();
    json_writer out;
    out.begin_object();
    const bool paused = paused_.load(std::memory_order_relaxed);
    out.field("connected", !paused)
        .field("ingest", paused ? "paused" : "running")
        .field("broker", "localhost")
        .field("port", facts.port);
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

// The old system's, which knew of one incident at most: here the oldest.
std::string sensors::incident_status_json() const {
    const auto open = incidents_.open();
    json_writer out;
    out.begin_object().field("is_open", !open.empty());
    out.field("counter", open.empty() ? 0U : open.front().counter);
    out.field("id", open.empty() ? std::nullopt : std::optional(open.front().id));
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

nightjar::plugin::http_answer sensors::notifications(std::string_view query) const {
    constexpr std::size_t most = 1000;
    constexpr std::string_view limit_key = "limit=";
    auto limit = most;
    if (const auto at = query.find(limit_key); at != std::string_view::npos) {
        const auto rest = query.substr(at + limit_key.size());
        const auto number = text::parse_id(rest.substr(0, rest.find('&')));
        if (!number) return {400, error_message("bad_parameter", "limit is a number from 1.")};
        limit = std::min<std::size_t>(*number, most);
    }
    const auto time_or_null = [](std::int64_t ms) {
        return ms == 0 ? std::nullopt : std::optional(text::format_time(ms));
    };
    json_writer out;
    out.begin_array();
    for (const auto& n : notifier_.list()) {
        if (limit-- == 0) break;
        out.begin_object().field("id", n.id).field("channel", name_of(n.channel)).field("to", shown(n));
        out.field("incident_id", n.incident == 0 ? std::nullopt : std::optional(n.incident));
        out.field("alert_type", n.alert_type).field("state", name_of(n.state)).field("attempts", n.attempts);
        out.field("created_at", text::format_time(n.created_ms)).field("finished_at", time_or_null(n.finished_ms));
        out.field("error", n.error.empty() ? std::nullopt : std::optional(n.error)).end_object();
    }
    return {200, out.end_array().take()};
}

// Labels have the few values that the configuration allows: types with a threshold, our own reasons.
std::string sensors::metrics_text() const {
    using kind = text::metrics_writer::kind;
    const auto incidents = incidents_.counted();
    text::metrics_writer out;
    out.family("sensors_known", kind::gauge, "Sensors that have ever sent a value.").sample(registry_.size());
    out.family("sensors_ingest_paused", kind::gauge, "1 while values are routed but not taken.");
    out.sample(paused_.load(std::memory_order_relaxed) ? 1U : 0U);
    out.family("sensors_incidents_open", kind::gauge, "Open incidents.").sample(incidents_.open_count());
    out.family("sensors_incidents_opened_total", kind::counter, "Incidents opened, by type of sensor.");
    for (const auto& [type, count] : incidents.opened) out.sample({{"type", type}}, count);
    out.family("sensors_incidents_closed_total", kind::counter, "Incidents closed.").sample(incidents.closed);
    out.family("sensors_alerts_sent_total", kind::counter, "Alerts that are done with, by how they ended.");
    out.sample({{"channel", "mqtt"}, {"result", "sent"}}, notifier_.told());
    for (const auto channel : {storage::notification_channel::mail, storage::notification_channel::webhook})
        for (const auto state : {storage::notification_state::sent, storage::notification_state::failed,
                                 storage::notification_state::dropped})
            out.sample({{"channel", name_of(channel)}, {"result", name_of(state)}}, notifier_.count(channel, state));
    out.family("sensors_alerts_waiting", kind::gauge, "Alerts by mail and webhook that are still to be sent.");
    out.sample(notifier_.waiting_count());
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
    write_range(out, options_.threshold_of(*record));
    return out.take();
}

std::optional<std::string> sensors::live_json(std::string_view id) const {
    const auto number = text::parse_id(id);
    const auto live = number ? registry_.live_of(*number) : std::nullopt;
    if (!live) return std::nullopt;
    const auto text_or_null = [](const std::string& text) {
        return text.empty() ? std::nullopt : std::optional<std::string_view>(text);
    };
    json_writer out;
    out.begin_object().field("client_id", text_or_null(live->client_id));
    out.field("username", text_or_null(live->user_name));
    out.field("not_a_number", live->not_a_number).field("says_not_a_number", live->says_not_a_number);
    return out.end_object().take();
}

std::string sensors::fed_by_json(std::string_view client_id) const {
    json_writer out;
    out.begin_array();
    for (const auto id : registry_.fed_by(client_id)) out.value(id);
    return out.end_array().take();
}

} // namespace nightjar::plugins::sensors
