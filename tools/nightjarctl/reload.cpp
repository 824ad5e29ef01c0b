// nightjarctl reload: the broker reads its configuration again; what it has found, and whether it counts.
#include "tools/nightjarctl/commands.hpp"
#include "tools/nightjarctl/http_client.hpp"

#include <memory>
#include <stdexcept>

#include <CLI/CLI.hpp>
#include <boost/json/parse.hpp>
#include <fmt/format.h>

namespace nightjar::ctl {

namespace {

std::string_view kind_of(std::string_view severity) {
    return severity == "error" ? "Error" : severity == "warning" ? "Warning" : "Notice";
}

// As nightjar --test-config prints them.
void print(const boost::json::object& finding) {
    const std::string_view kind = kind_of(finding.at("severity").as_string());
    fmt::print("{}: {}\n", kind, std::string_view(finding.at("text").as_string()));
    const auto* file = finding.if_contains("file");
    if (file != nullptr)
        fmt::print(" {} found at {}:{}.\n", kind, std::string_view(file->as_string()), finding.at("line").as_int64());
}

int reload(const rest_access& where, bool json) {
    constexpr unsigned done = 200, mistakes = 422;
    const auto answer = ask(where, "POST", "/api/v1/config/reload");
    if (answer.status != done && answer.status != mistakes) throw std::runtime_error(refusal_of(answer));
    if (json) {
        fmt::print("{}\n", answer.body);
    } else {
        const auto outcome = boost::json::parse(answer.body).as_object();
        for (const auto& finding : outcome.at("findings").as_array()) print(finding.as_object());
        fmt::print("{}\n", answer.status == done ? "The new configuration counts."
                                                 : "The configuration was not changed: it has mistakes.");
    }
    return answer.status == done ? 0 : 1;
}

} // namespace

void add_reload(CLI::App& app, command& run) {
    auto* sub = app.add_subcommand("reload", "have the configuration read again, and see what is wrong with it");
    const auto where = std::make_shared<rest_access>();
    const auto json = std::make_shared<bool>(false);
    where->add_options(*sub);
    sub->add_flag("--json", *json, "as the server sends it");
    sub->callback([where, json, &run] { run = [where, json] { return reload(*where, *json); }; });
}

} // namespace nightjar::ctl
