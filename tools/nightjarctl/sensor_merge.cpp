// nightjarctl sensor-merge and sensor-unmerge: one sensor where there were two, and the other way round.
#include "tools/nightjarctl/commands.hpp"
#include "tools/nightjarctl/http_client.hpp"
#include "tools/nightjarctl/table.hpp"

#include <limits>
#include <memory>
#include <stdexcept>

#include <CLI/CLI.hpp>
#include <boost/json/parse.hpp>
#include <fmt/format.h>

namespace nightjar::ctl {

namespace {

namespace json = boost::json;

struct arguments {
    rest_access where;
    std::uint32_t sensor = 0, into = 0;
    bool yes = false, as_json = false;

    void add_options(CLI::App& to) {
        where.add_options(to);
        to.add_flag("--json", as_json, "as the server sends it");
    }
};

CLI::Range any_id() { return {std::uint32_t{1}, std::numeric_limits<std::uint32_t>::max()}; }

std::string path_of(std::uint32_t sensor) { return fmt::format("/api/monitoring/sensors/{}/", sensor); }

// "light 3 (sensor 3, 20 values)"
std::string words_for(const std::string& sensor) {
    const auto parsed = json::parse(sensor);
    const auto& s = parsed.as_object();
    const auto count = text_of(s, "count");
    return fmt::format("{} (sensor {}, {} value{})", printable(text_of(s, "name")), text_of(s, "id"), count,
                       count == "1" ? "" : "s");
}

// What the answer says of the sensor, after `before`.
int tell(const arguments& a, const rest_answer& answer, const std::string& before) {
    if (answer.status != 200) throw std::runtime_error(refusal_of(answer));
    fmt::print("{}\n", a.as_json ? answer.body : before + words_for(answer.body));
    return 0;
}

int merge(const arguments& a) {
    if (!a.yes)
        throw std::runtime_error(fmt::format("{} would become part of {}, with all that still comes from it. Here: "
                                             "--yes.",
                                             words_for(get(a.where, path_of(a.sensor))),
                                             words_for(get(a.where, path_of(a.into)))));
    const auto answer = ask(a.where, "POST", path_of(a.sensor) + "merge/", fmt::format("{{\"into\":{}}}", a.into));
    return tell(a, answer, fmt::format("sensor {} is part of ", a.sensor));
}

int unmerge(const arguments& a) {
    return tell(a, ask(a.where, "DELETE", path_of(a.sensor) + "merge/"), "there is again: ");
}

} // namespace

void add_sensor_merge(CLI::App& app, command& run) {
    auto* sub = app.add_subcommand("sensor-merge", "make a sensor a part of another one that measures the same");
    const auto a = std::make_shared<arguments>();
    sub->add_option("ID", a->sensor, "the sensor that goes")->required()->check(any_id());
    sub->add_option("--into", a->into, "the sensor that takes it in")->required()->check(any_id());
    sub->add_flag("--yes", a->yes, "do it; otherwise it is only told what would be done");
    a->add_options(*sub);
    sub->callback([a, &run] { run = [a] { return merge(*a); }; });
}

void add_sensor_unmerge(CLI::App& app, command& run) {
    auto* sub = app.add_subcommand("sensor-unmerge",
                                   "take a sensor out of the one that it was merged into; what came meanwhile stays");
    const auto a = std::make_shared<arguments>();
    sub->add_option("ID", a->sensor, "the sensor that was merged")->required()->check(any_id());
    a->add_options(*sub);
    sub->callback([a, &run] { run = [a] { return unmerge(*a); }; });
}

} // namespace nightjar::ctl
