// nightjarctl measurements: the last stored values.
#include "tools/nightjarctl/commands.hpp"
#include "tools/nightjarctl/http_client.hpp"
#include "tools/nightjarctl/table.hpp"

#include <memory>
#include <optional>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace nightjar::ctl {

namespace {

struct arguments {
    rest_access where;
    std::optional<std::uint32_t> sensor;
    int last = 10;
    bool json = false;
};

int measurements(const arguments& a) {
    const auto path = a.sensor ? fmt::format("/api/monitoring/sensors/{}/measurements/?limit={}", *a.sensor, a.last)
                               : fmt::format("/api/monitoring/measurements/?limit={}", a.last);
    if (a.json) {
        fmt::print("{}\n", get(a.where, path));
        return 0;
    }
    std::vector<row> rows{{"TIME", "SENSOR", "VALUE", "UNIT"}};
    const auto answer = get_json(a.where, path);
    for (const auto& item : answer.get_array()) {
        const auto& m = item.as_object();
        rows.push_back({text_of(m, "created_at"), text_of(m, "sensor"), text_of(m, "value"), text_of(m, "unit")});
    }
    fmt::print("{}", format_table(rows));
    return 0;
}

} // namespace

void add_measurements(CLI::App& app, command& run) {
    auto* sub = app.add_subcommand("measurements", "the last stored values, newest first");
    const auto a = std::make_shared<arguments>();
    sub->add_option("--last", a->last, "how many (10)")->check(CLI::Range(1, 10'000));
    sub->add_option("--sensor", a->sensor, "of this sensor only");
    a->where.add_options(*sub);
    sub->add_flag("--json", a->json, "as the server sends it");
    sub->callback([a, &run] { run = [a] { return measurements(*a); }; });
}

} // namespace nightjar::ctl
