// GET /metrics for Prometheus: our own figures, those of the process, the names under which mosquitto's exporters give
// theirs, and what a plugin adds.
#include "broker/admin/administrator.hpp"
#include "broker/plugin/system_topics.hpp"
#include "broker/text/metrics_writer.hpp"
#include "web/process_figures.hpp"
#include "web/routes/routes.hpp"

#include <algorithm>
#include <map>

namespace nightjar::web {

namespace {

using kind = text::metrics_writer::kind;
using s = admin::statistics;

struct figure {
    std::string_view name;
    kind what;
    std::string_view help;
    std::uint64_t (*value)(const s&);
};

constexpr figure figures[] = {
    {"nightjar_clients_connected", kind::gauge, "Clients that are connected.",
     [](const s& now) { return now.clients_connected; }},
    {"nightjar_sessions", kind::gauge, "Sessions, of clients that are connected and of those that are away.",
     [](const s& now) { return now.clients_total; }},
    {"nightjar_sessions_expired_total", kind::counter, "Sessions ended by persistent_client_expiration.",
     [](const s& now) { return now.clients_expired; }},
    {"nightjar_connections_accepted_total", kind::counter, "Connections over which MQTT could come.",
     [](const s& now) { return now.connections_accepted; }},
    {"nightjar_connect_received_total", kind::counter, "CONNECT packets received.",
     [](const s& now) { return now.connect_received; }},
    {"nightjar_connect_accepted_total", kind::counter, "Clients that were let in.",
     [](const s& now) { return now.connects; }},
    {"nightjar_packets_received_total", kind::counter, "MQTT packets of any type received.",
     [](const s& now) { return now.messages_received; }},
    {"nightjar_packets_sent_total", kind::counter, "MQTT packets of any type sent.",
     [](const s& now) { return now.messages_sent; }},
    {"nightjar_received_bytes_total", kind::counter, "Bytes of MQTT received.",
     [](const s& now) { return now.bytes_received; }},
    {"nightjar_sent_bytes_total", kind::counter, "Bytes of MQTT sent.", [](const s& now) { return now.bytes_sent; }},
    {"nightjar_publish_received_total", kind::counter, "Messages received, from clients and over REST.",
     [](const s& now) { return now.publish_received; }},
    {"nightjar_publish_sent_total", kind::counter, "Messages sent, once for each client.",
     [](const s& now) { return now.publish_sent; }},
    {"nightjar_publish_received_bytes_total", kind::counter, "Payload of the messages received.",
     [](const s& now) { return now.publish_bytes_received; }},
    {"nightjar_publish_sent_bytes_total", kind::counter, "Payload of the messages sent.",
     [](const s& now) { return now.publish_bytes_sent; }},
    {"nightjar_subscriptions", kind::gauge, "Subscriptions of all sessions.",
     [](const s& now) { return now.subscriptions; }},
    {"nightjar_retained_messages", kind::gauge, "Retained messages, our own figures on $SYS among them.",
     [](const s& now) { return now.retained; }},
    {"nightjar_retained_bytes", kind::gauge, "Their payload.", [](const s& now) { return now.retained_bytes; }},
    {"nightjar_waiting_messages", kind::gauge, "Messages queued or in flight, once for each client.",
     [](const s& now) { return now.waiting; }},
    {"nightjar_waiting_bytes", kind::gauge, "Their payload.", [](const s& now) { return now.waiting_bytes; }},
    {"nightjar_output_backlog_packets", kind::gauge, "Packets that clients have not yet taken from us, about.",
     [](const s& now) { return now.backlog_packets; }},
    {"nightjar_output_backlog_bytes", kind::gauge, "Their bytes.", [](const s& now) { return now.backlog_bytes; }},
    {"nightjar_config_last_reload_successful", kind::gauge, "1, or 0 if the last reload changed nothing for mistakes.",
     [](const s& now) { return std::uint64_t{now.reload.successful}; }},
    {"nightjar_config_last_reload_success_timestamp_seconds", kind::gauge,
     "When the configuration that counts was read, since 1970.",
     [](const s& now) { return now.reload_success_seconds(); }},
    {"nightjar_plugin_errors_total", kind::counter, "Failures of plugins; the log has them.",
     [](const s& now) { return now.plugin_errors; }},
    {"nightjar_log_lines_dropped_total", kind::counter, "Log lines that came too fast for log_dest topic.",
     [](const s& now) { return now.log_lines_dropped; }},
    {"nightjar_store_commits_total", kind::counter, "Transactions that are on disk.",
     [](const s& now) { return now.store.commits; }},
    {"nightjar_store_commits_failed_total", kind::counter,
     "Batches that could not be written; nothing of them was acknowledged.",
     [](const s& now) { return now.store.failed_commits; }},
    {"nightjar_store_measurements_total", kind::counter, "Values of sensors that were stored.",
     [](const s& now) { return now.store.measurements; }},
    {"nightjar_store_used_bytes", kind::gauge, "Size of the store's file, free pages included.",
     [](const s& now) { return now.store.used_bytes; }},
    {"nightjar_store_map_bytes", kind::gauge, "The most that the store can grow to.",
     [](const s& now) { return now.store.map_bytes; }},
};

void write_identity(text::metrics_writer& out, const s& now, std::string_view version) {
    const auto started = std::chrono::duration<double>(now.started.time_since_epoch()).count();
    out.family("nightjar_build_info", kind::gauge, "Always 1; the version is the label.")
        .sample({{"version", version}}, 1U);
    out.family("nightjar_start_time_seconds", kind::gauge, "When the broker started, since 1970.").sample(started);
    out.family("nightjar_uptime_seconds", kind::gauge, "How long it has been running.")
        .sample(std::chrono::duration<double>(now.uptime).count());
}

void write_dropped(text::metrics_writer& out, const plugin::drop_counts& dropped) {
    std::string help = "Messages that did not reach a client.";
    for (const auto& row : plugin::drop_rows) help.append(" ").append(row.name()).append(": ").append(row.help) += '.';
    out.family("nightjar_publish_dropped_total", kind::counter, help);
    for (std::size_t i = 0; i < plugin::drop_reasons; ++i)
        out.sample({{"reason", plugin::drop_rows[i].name()}}, dropped.by_reason[i]);
}

void write_listeners(text::metrics_writer& out, const s& now) {
    // Two may have the same words, one for each address family.
    std::map<std::tuple<std::string, std::uint16_t, std::string_view>, std::uint64_t> open;
    for (const auto& l : now.listeners) open[{l.address, l.port, l.protocol}] += l.connections;
    out.family("nightjar_listener_connections", kind::gauge, "Open MQTT connections by listener.");
    for (const auto& [which, count] : open) {
        const auto& [address, port, protocol] = which;
        out.sample({{"address", address}, {"port", std::to_string(port)}, {"protocol", protocol}}, count);
    }
}

void write_process(text::metrics_writer& out, const s& now) {
    const auto process = read_process_figures();
    out.family("process_cpu_seconds_total", kind::counter, "User and system CPU time.").sample(process.cpu_seconds);
    out.family("process_resident_memory_bytes", kind::gauge, "Resident memory, pages of the store included.")
        .sample(process.resident_bytes);
    out.family("process_virtual_memory_bytes", kind::gauge, "Address space, most of it the store's.")
        .sample(process.virtual_bytes);
    out.family("process_open_fds", kind::gauge, "Open file descriptors.").sample(process.open_files);
    out.family("process_max_fds", kind::gauge, "The most that may be open.").sample(process.file_limit);
    out.family("process_start_time_seconds", kind::gauge, "When the process started, since 1970.")
        .sample(std::chrono::duration<double>(now.started.time_since_epoch()).count());
}

// "$SYS/broker/retained messages/count" is broker_retained_messages_count.
std::string exporter_name(std::string_view below) {
    std::string name = "broker_";
    name += below;
    std::replace_if(
        name.begin(), name.end(), [](char c) { return c == '/' || c == ' ' || c == '.' || c == '-'; }, '_');
    return name;
}

// What sapcc/mosquitto-exporter and its like make of $SYS, and the dashboards for them ask for. Untyped: the names do
// not tell counters by _total. Loads are what was last published on $SYS, so there are none with sys_interval 0.
void write_exporter_set(text::metrics_writer& out, const s& now, const admin::administrator& admin) {
    const auto family = [&out](std::string_view below) -> text::metrics_writer& {
        return out.family(exporter_name(below), kind::untyped,
                          std::string(plugin::system_prefix).append(below).append(" of mosquitto."));
    };
    family("uptime").sample(now.uptime_seconds());
    for (const auto& t : plugin::mosquitto_topics()) {
        family(t.name).sample(t.value(now));
        if (t.alias.starts_with("store/")) family(t.alias).sample(t.value(now)); // the others are out of use
    }
    for (const auto& m : admin.retained(std::string(plugin::system_prefix) + "load/#"))
        family(std::string_view(m.topic).substr(plugin::system_prefix.size())).sample_text({}, m.payload);
}

response show_metrics(admin::administrator& admin) {
    const auto now = admin.stats();
    text::metrics_writer out;
    write_identity(out, now, admin.version());
    for (const auto& f : figures) out.family(f.name, f.what, f.help).sample(f.value(now));
    write_dropped(out, now.dropped);
    write_listeners(out, now);
    if (const auto theirs = admin.http({.method = "GET", .path = "/metrics", .query = {}, .body = {}}))
        out.append(theirs->body);
    write_process(out, now);
    write_exporter_set(out, now, admin);
    response answer;
    answer.content_type = text::metrics_content_type;
    answer.body = out.take();
    return answer;
}

} // namespace

void add_metrics_route(router& routes, admin::administrator& admin) {
    routes.add("GET", "/metrics", at_once([&admin](const request&) { return show_metrics(admin); }));
}

} // namespace nightjar::web
