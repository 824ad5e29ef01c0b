#include "web/client_list.hpp"

#include "broker/plugin/plugin.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>

namespace nightjar::web {

namespace {

using plugin::client_record;
using plugin::list_position;

list_position::place place_of(const client_record& c) { return {list_position::start_of(c.client_id), c.session}; }

std::optional<std::string> text_or_null(std::string_view text) {
    return text.empty() ? std::nullopt : std::optional<std::string>(text);
}

void write_connection(json_writer& out, const plugin::connection_record& c) {
    out.field("address", text_or_null(c.address)).key("port");
    c.port != 0 ? out.value(c.port) : out.null();
    out.field("listener", c.listener).field("transport", c.transport).field("keepalive", c.keep_alive);
    out.field("connected_at", format_time(c.connected_ms)).field("last_packet_at", format_time(c.last_packet_ms));
    out.field("messages_received", c.traffic.messages_received).field("messages_sent", c.traffic.messages_sent);
    out.field("bytes_received", c.traffic.bytes_received).field("bytes_sent", c.traffic.bytes_sent);
}

} // namespace

result<plugin::client_query> read_client_query(const list_parameters& parameters) {
    plugin::client_query query;
    const auto& all = parameters.all;
    query.limit = parameters.limit;
    query.descending = all.find("order") == "desc";
    if (const auto connected = all.find("connected")) {
        if (connected != "true" && connected != "false")
            return bad_request("bad_parameter", "connected is true or false.");
        query.connected = connected == "true";
    }
    query.prefix = all.find("prefix").value_or("");
    query.search = all.find("search").value_or(all.find("q").value_or(""));
    query.user_name = all.find("username");
    query.address = all.find("address");
    if (const auto after = all.find("after")) {
        query.after = read_cursor(*after);
        if (!query.after) return bad_request("bad_parameter", "after is what the link to the next page says.");
    }
    return query;
}

plugin::client_page merge(std::vector<plugin::client_page> pages, const plugin::client_query& query) {
    const auto precedes = [&query](const client_record& a, const client_record& b) {
        return query.descending ? place_of(b) < place_of(a) : place_of(a) < place_of(b);
    };
    plugin::client_page all;
    std::optional<list_position> end; // of the page that ends first
    for (const auto& page : pages) {
        if (!page.more || page.rows.empty()) continue;
        all.more = true;
        const auto here = place_of(page.rows.back());
        if (!end || (query.descending ? list_position::place(*end) < here : here < list_position::place(*end)))
            end = list_position{std::string(here.first), here.second};
    }
    const auto beyond = [&](const client_record& row) {
        if (!end) return false;
        const list_position::place last = *end;
        return query.descending ? place_of(row) < last : last < place_of(row);
    };
    for (auto& page : pages)
        for (auto& row : page.rows)
            if (!beyond(row)) all.rows.push_back(std::move(row));
    std::sort(all.rows.begin(), all.rows.end(), precedes);
    if (all.rows.size() > query.limit) {
        all.rows.resize(query.limit);
        all.more = true;
    }
    return all;
}

std::string cursor_behind(const client_record& last) {
    const auto [start, session] = place_of(last);
    return write_cursor({std::string(start), session});
}

void write_members(json_writer& out, const client_record& client) {
    out.field("client_id", client.client_id).field("username", text_or_null(client.user_name));
    out.field("session", std::to_string(client.session)).field("connected", client.connected);
    out.field("protocol_version", plugin::name_of(client.version)).field("clean_start", client.clean_start);
    out.field("session_expiry", client.expiry);
    if (client.connection) write_connection(out, *client.connection);
    const auto gone = client.disconnected_ms;
    out.field("disconnected_at", gone ? std::optional(format_time(*gone)) : std::nullopt);
    out.field("disconnect_reason", client.disconnect_reason);
    out.field("subscriptions", client.subscriptions);
    out.field("inflight_out", client.inflight_out).field("inflight_in", client.inflight_in);
    out.field("queued", client.queued).field("queued_bytes", client.queued_bytes);
    out.field("output_bytes", client.output_bytes).key("dropped").begin_object();
    for (std::size_t i = 0; i < plugin::drop_reasons; ++i)
        out.field(plugin::drop_rows[i].name(), client.dropped.by_reason[i]);
    out.end_object();
}

} // namespace nightjar::web
