#include "web/entity_tag.hpp"
#include "web/routes/find_sensor.hpp"
#include "web/routes/routes.hpp"
#include "web/text.hpp"

#include <map>

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

namespace nightjar::web {

namespace {

namespace asio = boost::asio;
using storage::measurement_page;
using storage::measurement_query;
using storage::sensor_id;
using storage::stored_measurement;

// Reads in slices of the store's time budget; between them other requests get their turn. After
// `reading_time` what there is has to do, and `next` says where to go on.
asio::awaitable<measurement_page> read_rows(const storage::measurement_log& log, measurement_query query,
                                            std::chrono::milliseconds reading_time) {
    const auto deadline = std::chrono::steady_clock::now() + reading_time;
    const std::size_t limit = query.limit;
    measurement_page all;
    for (;;) {
        query.limit = limit - all.rows.size();
        measurement_page slice = log.query(query);
        all.rows.insert(all.rows.end(), slice.rows.begin(), slice.rows.end());
        all.next = slice.next;
        if (!slice.next || all.rows.size() >= limit) break;
        if (std::chrono::steady_clock::now() >= deadline) break;
        query.before = slice.next;
        co_await asio::post(asio::use_awaitable);
    }
    co_return all;
}

// Looks each sensor's unit up once.
class units {
  public:
    explicit units(const storage::sensors& sensors) : sensors_(sensors) {}
    const std::string& of(sensor_id id) {
        const auto [entry, added] = known_.try_emplace(id);
        if (added)
            if (auto sensor = sensors_.find(id)) entry->second = std::move(sensor->unit);
        return entry->second;
    }

  private:
    const storage::sensors& sensors_;
    std::map<sensor_id, std::string> known_;
};

void write_row(json_writer& out, const stored_measurement& row, std::string_view unit) {
    out.begin_object();
    out.field("id", row.id).field("sensor", row.sensor).field("value", row.value).field("unit", unit);
    out.field("created_at", format_time(row.time_ms()));
    out.end_object();
}

std::string as_json(const std::vector<stored_measurement>& rows, units& units) {
    json_writer out;
    out.begin_array();
    for (const auto& row : rows) write_row(out, row, units.of(row.sensor));
    return out.end_array().take();
}

std::string as_ndjson(const std::vector<stored_measurement>& rows, units& units) {
    std::string lines;
    for (const auto& row : rows) {
        json_writer out;
        write_row(out, row, units.of(row.sensor));
        lines += out.text() + '\n';
    }
    return lines;
}

// RFC 4180: quoted where it has to be, quotes doubled.
std::string csv_field(std::string_view text) {
    if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
    std::string quoted = "\"";
    for (const char c : text) quoted.append(c == '"' ? 2 : 1, c);
    return quoted + '"';
}

std::string as_csv(const std::vector<stored_measurement>& rows, units& units) {
    std::string lines = "id,sensor,value,unit,created_at\r\n";
    for (const auto& row : rows)
        lines += fmt::format("{},{},{},{},{}\r\n", row.id, row.sensor, row.value, csv_field(units.of(row.sensor)),
                             format_time(row.time_ms()));
    return lines;
}

response present(const std::vector<stored_measurement>& rows, list_format format, units units) {
    response answer = json_response(200, {});
    switch (format) {
    case list_format::json: answer.body = as_json(rows, units); break;
    case list_format::ndjson:
        answer.content_type = "application/x-ndjson";
        answer.body = as_ndjson(rows, units);
        break;
    case list_format::csv:
        answer.content_type = "text/csv; charset=utf-8";
        answer.body = as_csv(rows, units);
        break;
    }
    return answer;
}

answer list_rows(const request& what, const tables& stored, std::optional<sensor_id> sensor,
                 std::chrono::milliseconds reading_time) {
    const auto parameters = read_list_parameters(what);
    if (!parameters) co_return parameters.error();
    measurement_query query;
    query.sensor = sensor;
    query.from_ms = parameters->from_ms;
    query.to_ms = parameters->to_ms;
    query.before = parameters->before;
    query.limit = parameters->limit;
    query.ascending = parameters->ascending;
    const measurement_page page = co_await read_rows(stored.measurements, query, reading_time);
    response result = present(page.rows, parameters->format, units(stored.sensors));
    if (page.next) add_next_link(result, what, parameters->all, *page.next);
    co_return result;
}

answer list_rows_of_sensor(const request& what, const tables& stored, std::chrono::milliseconds reading_time) {
    const auto sensor = find_sensor(stored, what.parameters[0]);
    if (!sensor) co_return sensor.error();
    const auto parameters = read_list_parameters(what);
    if (parameters && (parameters->all.find("points") || parameters->all.find("step")))
        co_return co_await list_steps(what, *sensor, stored);
    co_return co_await list_rows(what, stored, sensor->id, reading_time);
}

} // namespace

void add_measurement_routes(router& routes, const tables& stored, std::chrono::milliseconds reading_time) {
    routes.add("GET", "/api/monitoring/measurements", revalidated([&stored, reading_time](const request& what) {
                   return list_rows(what, stored, std::nullopt, reading_time);
               }));
    routes.add("GET", "/api/monitoring/sensors/{}/measurements",
               revalidated([&stored, reading_time](const request& what) {
                   return list_rows_of_sensor(what, stored, reading_time);
               }));
}

} // namespace nightjar::web
