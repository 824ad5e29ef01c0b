// Values in steps, for charts and for Grafana; and what a window of values was, in one line.
#include "web/entity_tag.hpp"
#include "web/routes/find_sensor.hpp"
#include "web/routes/routes.hpp"
#include "web/text.hpp"

#include <algorithm>
#include <cmath>

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

namespace nightjar::web {

namespace {

namespace asio = boost::asio;
using storage::aggregate;
using storage::sensor_record;
using storage::series;

constexpr std::int64_t second = 1000, hour = 3600 * second;
constexpr std::uint64_t most_points = 10'000;
constexpr std::int64_t year_9999 = 253'402'300'800'000; // ms

std::int64_t now_ms() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

// Steps are at least this long apart, and begin at whole ones of it.
std::int64_t unit_of(std::int64_t step_ms) { return step_ms < second ? 1 : step_ms <= hour ? second : hour; }

struct window {
    std::int64_t from_ms, step_ms, steps;
};

std::int64_t divided_up(std::int64_t dividend, std::int64_t divisor) { return (dividend + divisor - 1) / divisor; }

// At most `points` steps, until `end`, which is not in them: a day in 24 steps makes hours.
window divide(std::int64_t from, std::int64_t end, std::uint64_t points) {
    const auto pieces = static_cast<std::int64_t>(points);
    const auto unit = unit_of(divided_up(end - from, pieces));
    from = from / unit * unit;
    const auto step = divided_up(divided_up(end - from, pieces), unit) * unit;
    return {from, step, divided_up(end - from, step)};
}

// from, to, points or step. Without `from`: since the earliest value; without `to`: until the latest.
result<window> read_window(const list_parameters& parameters, const storage::measurement_log& log,
                           storage::sensor_id sensor) {
    const auto in_range = [](std::int64_t ms) { return std::clamp<std::int64_t>(ms, 0, year_9999); };
    storage::time_extent all;
    if (!parameters.from_ms || !parameters.to_ms) all = log.extent(sensor);
    const auto from = in_range(parameters.from_ms.value_or(all.earliest_ms));
    const auto to = in_range(parameters.to_ms.value_or(std::max(all.latest_ms, from)));
    if (parameters.format != list_format::json)
        return bad_request("bad_parameter", "points go with format=json alone.");
    if (const auto text = parameters.all.find("step")) {
        const auto seconds = parse_number(*text);
        if (!seconds || *seconds == 0 || *seconds > std::uint64_t{366} * 86'400)
            return bad_request("bad_parameter", "step is a number of seconds.");
        const auto step = static_cast<std::int64_t>(*seconds) * second;
        if ((to - from) / step >= static_cast<std::int64_t>(most_points))
            return bad_request("bad_parameter", "step is too short: there would be more than 10000 points.");
        const auto begin = from / step * step;
        return window{begin, step, to < begin ? 0 : (to - begin) / step + 1};
    }
    const auto points = parse_number(parameters.all.find("points").value_or("500"));
    if (!points || *points == 0 || *points > most_points)
        return bad_request("bad_parameter", "points is a number from 1 to 10000.");
    if (to < from) return window{from, 1, 0};
    return divide(from, parameters.to_ms && to > from ? to : to + 1, *points); // the latest value is in it
}

// Reads in slices of the store's time budget; between them other requests get their turn.
asio::awaitable<series> read_steps(const storage::measurement_log& log, storage::sensor_id sensor, window asked) {
    series what;
    what.sensor = sensor;
    what.step_ms = asked.step_ms;
    what.from_ms = asked.from_ms;
    what.steps.resize(static_cast<std::size_t>(asked.steps));
    while (!what.steps.empty()) {
        log.read(what);
        if (what.complete) break;
        co_await asio::post(asio::use_awaitable);
    }
    co_return what;
}

// A sum of squares may leave the range of doubles where the values did not.
std::optional<double> finite(std::optional<double> x) { return x && std::isfinite(*x) ? x : std::nullopt; }

// Until when a step is known, so that a page can go on from there: to the value that came last, if it is in the step.
// What came last may be older than what came before it.
std::int64_t known_until(std::int64_t begin, std::int64_t end, std::int64_t newest_ms) {
    if (newest_ms >= begin) return std::min(end, newest_ms);
    const auto now = now_ms();
    return now >= begin ? std::min(end, now) : end;
}

// `t` is the middle of the step.
std::string as_json(const series& what, const sensor_record& sensor, std::int64_t newest_ms) {
    json_writer out;
    out.begin_array();
    for (std::size_t i = 0; i < what.steps.size(); ++i) {
        const auto& step = what.steps[i];
        if (step.count == 0) continue;
        const auto begin = what.from_ms + static_cast<std::int64_t>(i) * what.step_ms;
        const auto end = begin + what.step_ms - 1, middle = begin + (what.step_ms - 1) / 2;
        out.begin_object().field("t", middle).field("created_at", format_time(middle));
        out.field("sensor", sensor.id).field("value", step.mean).field("unit", sensor.unit);
        out.field("min", step.min).field("max", step.max).field("count", step.count);
        out.field("last_t", known_until(begin, end, newest_ms)).end_object();
    }
    return out.end_array().take();
}

answer series_of_parameter(const request& what, const tables& stored) {
    const auto query = query_parameters::parse(what.query);
    const auto id = query ? query->find("sensor") : std::nullopt;
    if (!id) co_return bad_request("bad_parameter", "sensor is the id of a sensor.");
    const auto sensor = find_sensor(stored, *id);
    if (!sensor) co_return sensor.error();
    co_return co_await list_steps(what, *sensor, stored);
}

// --- statistics

struct stretch {
    aggregate values;
    std::int64_t from_ms, to_ms;
};

asio::awaitable<stretch> last_seconds(const tables& stored, storage::sensor_id sensor, std::int64_t seconds) {
    const auto to = now_ms();
    const auto from = to - seconds * second;
    series one;
    one.sensor = sensor;
    one.from_ms = from;
    one.step_ms = to - from + 1;
    one.steps.resize(1);
    while (!one.complete) {
        stored.measurements.read(one);
        if (!one.complete) co_await asio::post(asio::use_awaitable);
    }
    co_return stretch{one.steps[0], from, to};
}

asio::awaitable<stretch> last_values(const tables& stored, storage::sensor_id sensor, std::size_t count) {
    storage::measurement_query query;
    query.sensor = sensor;
    const auto now = now_ms();
    stretch all{{}, now, now};
    for (query.limit = count; query.limit > 0; query.limit = count - all.values.count) {
        const auto page = stored.measurements.query(query);
        for (const auto& row : page.rows) {
            if (all.values.count == 0) all.to_ms = row.time_ms();
            all.from_ms = row.time_ms();
            all.values.add(row.value);
        }
        if (!page.next) break;
        query.before = page.next;
        co_await asio::post(asio::use_awaitable);
    }
    co_return all;
}

response show_statistics(const sensor_record& sensor, const stretch& all) {
    const auto& values = all.values;
    const auto if_any = [&](double x) { return values.count > 0 ? std::optional(x) : std::nullopt; };
    json_writer out;
    out.begin_object();
    out.field("sensor", sensor.id).field("count", values.count);
    out.field("mean", if_any(values.mean)).field("moving_average", if_any(values.mean));
    out.field("min", if_any(values.min)).field("max", if_any(values.max));
    out.field("stddev", finite(values.standard_deviation()));
    out.field("from", format_time(all.from_ms)).field("to", format_time(all.to_ms));
    return json_response(200, out.end_object().take());
}

// window=SECONDS, or n=VALUES; the last 300 seconds without either.
answer statistics(const request& what, const tables& stored) {
    const auto sensor = find_sensor(stored, what.parameters[0]);
    if (!sensor) co_return sensor.error();
    const auto query = query_parameters::parse(what.query);
    if (!query) co_return bad_request("bad_query", "The query string is not well-formed.");
    if (const auto text = query->find("n")) {
        const auto n = parse_number(*text);
        if (!n || *n == 0 || *n > most_points) co_return bad_request("bad_parameter", "n is a number from 1 to 10000.");
        const auto all = co_await last_values(stored, sensor->id, static_cast<std::size_t>(*n));
        co_return show_statistics(*sensor, all);
    }
    const auto seconds = parse_number(query->find("window").value_or("300"));
    if (!seconds || *seconds == 0 || *seconds > std::uint64_t{100} * 366 * 86'400)
        co_return bad_request("bad_parameter", "window is a number of seconds.");
    const auto all = co_await last_seconds(stored, sensor->id, static_cast<std::int64_t>(*seconds));
    co_return show_statistics(*sensor, all);
}

} // namespace

answer list_steps(const request& what, const sensor_record& sensor, const tables& stored) {
    const auto parameters = read_list_parameters(what);
    if (!parameters) co_return parameters.error();
    const auto asked = read_window(*parameters, stored.measurements, sensor.id);
    if (!asked) co_return asked.error();
    const auto newest = stored.measurements.last(sensor.id); // before what comes while it is read
    const auto read = co_await read_steps(stored.measurements, sensor.id, *asked);
    co_return json_response(200, as_json(read, sensor, newest ? newest->time_ms() : 0));
}

void add_series_routes(router& routes, const tables& stored) {
    routes.add("GET", "/api/v1/series",
               revalidated([&stored](const request& what) { return series_of_parameter(what, stored); }));
    routes.add("GET", "/api/monitoring/sensors/{}/stats",
               [&stored](const request& what) { return statistics(what, stored); });
}

} // namespace nightjar::web
