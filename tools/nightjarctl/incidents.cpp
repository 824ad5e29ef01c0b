// nightjarctl incidents and incident: what is wrong, and who looks after it.
#include "broker/text/json_writer.hpp"
#include "tools/nightjarctl/commands.hpp"
#include "tools/nightjarctl/list_output.hpp"

#include <memory>
#include <optional>
#include <stdexcept>

#include <CLI/CLI.hpp>
#include <boost/json/parse.hpp>
#include <fmt/format.h>

namespace nightjar::ctl {

namespace {

namespace json = boost::json;

constexpr std::size_t text_width = 60;
constexpr const char* path = "/api/monitoring/incidents/";

struct list_arguments {
    rest_access where;
    std::string status;
    std::optional<std::uint32_t> sensor;
    std::size_t last = SIZE_MAX;
    bool as_json = false;
};

int incidents(const list_arguments& a) {
    auto query = std::string(path) + "?";
    if (!a.status.empty()) query += "status=" + a.status + "&";
    if (a.sensor) query += fmt::format("sensor={}", *a.sensor);
    print_list(a.where, query, a.last, a.as_json,
               {"ID", "STATUS", "SENSOR", "DEVICE", "TYPE", "OPENED", "CLOSED", "REASON"},
               [](const json::object& i) -> row {
                   return {text_of(i, "id"),
                           text_of(i, "status"),
                           text_of(i, "sensor"),
                           printable(text_of(i, "device"), text_width),
                           printable(text_of(i, "type"), text_width),
                           text_of(i, "opened_at"),
                           text_of(i, "closed_at"),
                           printable(text_of(i, "reason"), text_width)};
               });
    return 0;
}

struct one_arguments {
    rest_access where;
    std::uint32_t id = 0;
    bool ack = false, close = false, as_json = false;
    std::string comment, by;

    // What is asked for; empty: to look at it.
    std::string action() const { return ack ? "ack" : close ? "close" : comment.empty() ? "" : "comment"; }
};

void show(const json::object& incident) {
    std::vector<row> rows;
    for (const auto& [key, value] : incident)
        if (!value.is_array() && !value.is_null())
            rows.push_back({std::string(key), printable(text_of(incident, std::string(key).c_str()))});
    fmt::print("{}", format_table(rows));
    const auto* history = incident.if_contains("history");
    if (history == nullptr) return;
    std::vector<row> steps{{"AT", "STATUS", "BY", "COMMENT"}};
    for (const auto& one : history->as_array()) {
        const auto& s = one.as_object();
        steps.push_back(
            {text_of(s, "at"), text_of(s, "status"), printable(text_of(s, "by")), printable(text_of(s, "comment"))});
    }
    fmt::print("\n{}", format_table(steps));
}

int incident(const one_arguments& a) {
    const auto here = fmt::format("{}{}/", path, a.id);
    if (const auto action = a.action(); !action.empty()) {
        text::json_writer body;
        body.begin_object();
        if (!a.by.empty()) body.field("by", a.by);
        if (!a.comment.empty()) body.field("comment", a.comment);
        const auto done = ask(a.where, "POST", here + action + "/", body.end_object().take());
        if (done.status != 200) throw std::runtime_error(refusal_of(done));
    }
    const auto answer = ask(a.where, "GET", here);
    if (answer.status != 200) throw std::runtime_error(refusal_of(answer));
    if (a.as_json)
        fmt::print("{}\n", answer.body);
    else
        show(json::parse(answer.body).as_object());
    return 0;
}

} // namespace

void add_incidents(CLI::App& app, command& run) {
    auto* sub = app.add_subcommand("incidents", "list the incidents, the newest first");
    const auto a = std::make_shared<list_arguments>();
    sub->add_option("--status", a->status, "only open, acknowledged or closed")
        ->check(CLI::IsMember({"open", "acknowledged", "closed"}));
    sub->add_option("--sensor", a->sensor, "only of this sensor");
    sub->add_option("--last", a->last, "at most so many (all)");
    a->where.add_options(*sub);
    sub->add_flag("--json", a->as_json, "as the server sends it");
    sub->callback([a, &run] { run = [a] { return incidents(*a); }; });
}

void add_incident(CLI::App& app, command& run) {
    auto* sub = app.add_subcommand("incident", "show an incident with its history, acknowledge it, close it");
    const auto a = std::make_shared<one_arguments>();
    sub->add_option("ID", a->id, "the incident's number")->required();
    auto* ack = sub->add_flag("--ack", a->ack, "somebody looks after it: no more reminders");
    sub->add_flag("--close", a->close, "it is over")->excludes(ack);
    sub->add_option("--comment", a->comment, "say something about it, alone or with the other two");
    sub->add_option("--by", a->by, "who you are");
    a->where.add_options(*sub);
    sub->add_flag("--json", a->as_json, "as the server sends it");
    sub->callback([a, &run] { run = [a] { return incident(*a); }; });
}

} // namespace nightjar::ctl
