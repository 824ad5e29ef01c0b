// nightjarctl sensors: what there is, with last values.
#include "tools/nightjarctl/commands.hpp"
#include "tools/nightjarctl/http_client.hpp"
#include "tools/nightjarctl/table.hpp"

#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace nightjar::ctl {

namespace {

constexpr const char* path = "/api/monitoring/sensors/";

int sensors(const rest_access& where, bool json) {
    if (json) {
        fmt::print("{}\n", get(where, path));
        return 0;
    }
    std::vector<row> rows{{"ID", "NAME", "TYPE", "LAST", "UNIT", "AT", "STATUS"}};
    const auto answer = get_json(where, path);
    for (const auto& item : answer.get_array()) {
        const auto& s = item.as_object();
        const auto* last = s.if_contains("last");
        const auto* value = last == nullptr ? nullptr : last->if_object();
        rows.push_back({text_of(s, "id"), text_of(s, "name"), text_of(s, "type"), value ? text_of(*value, "value") : "",
                        text_of(s, "unit"), value ? text_of(*value, "created_at") : "", text_of(s, "status")});
    }
    fmt::print("{}", format_table(rows));
    return 0;
}

} // namespace

void add_sensors(CLI::App& app, command& run) {
    auto* sub = app.add_subcommand("sensors", "list the sensors");
    const auto where = std::make_shared<rest_access>();
    const auto json = std::make_shared<bool>(false);
    where->add_options(*sub);
    sub->add_flag("--json", *json, "as the server sends it");
    sub->callback([where, json, &run] { run = [where, json] { return sensors(*where, *json); }; });
}

} // namespace nightjar::ctl
