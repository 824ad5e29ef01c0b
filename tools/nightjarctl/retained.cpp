// nightjarctl retained and retained-delete.
#include "broker/text/percent.hpp"
#include "tools/nightjarctl/commands.hpp"
#include "tools/nightjarctl/http_client.hpp"
#include "tools/nightjarctl/list_output.hpp"
#include "tools/nightjarctl/table.hpp"

#include <limits>
#include <memory>
#include <stdexcept>

#include <CLI/CLI.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

namespace nightjar::ctl {

namespace {

namespace json = boost::json;
constexpr const char* path = "/api/v1/retained/";
constexpr std::size_t payload_width = 40;

struct arguments {
    rest_access where;
    std::string filter = "#", search;
    std::size_t limit = std::numeric_limits<std::size_t>::max();
    bool as_json = false, yes = false;
};

std::string payload_of(const json::object& message) {
    const auto text = text_of(message, "payload");
    return text_of(message, "encoding") == "base64" ? "base64 " + printable(text, payload_width)
                                                    : printable(text, payload_width);
}

int retained(const arguments& a) {
    const auto where = fmt::format("{}?payload={}&filter={}&search={}", path, a.as_json ? 256 : 4 * payload_width,
                                   text::percent_encode(a.filter), text::percent_encode(a.search));
    print_list(a.where, where, a.limit, a.as_json, {"TOPIC", "SIZE", "QOS", "SINCE", "PAYLOAD"},
               [](const json::object& m) -> row {
                   return {printable(text_of(m, "topic")), text_of(m, "size"), text_of(m, "qos"),
                           text_of(m, "retained_at"), payload_of(m)};
               });
    return 0;
}

int delete_one(const arguments& a) {
    const auto answer = ask(a.where, "DELETE", path + text::percent_encode(a.filter));
    if (answer.status != 204) throw std::runtime_error(refusal_of(answer));
    if (a.as_json) fmt::print("{{\"deleted\":1,\"denied\":0}}\n");
    return 0;
}

int delete_retained(const arguments& a) {
    if (a.filter.find_first_of("+#") == std::string::npos) return delete_one(a);
    const auto answer =
        ask(a.where, "DELETE",
            fmt::format("{}?filter={}{}", path, text::percent_encode(a.filter), a.yes ? "&confirm=true" : ""));
    if (answer.status == 400 && !a.yes) throw std::runtime_error(refusal_of(answer) + " Here: --yes.");
    if (answer.status != 200) throw std::runtime_error(refusal_of(answer));
    const auto told = json::parse(answer.body);
    if (a.as_json) {
        fmt::print("{}\n", answer.body);
    } else {
        fmt::print("{} deleted, {} denied\n", text_of(told.as_object(), "deleted"),
                   text_of(told.as_object(), "denied"));
    }
    return told.at("denied") == 0 ? 0 : 1;
}

} // namespace

void add_retained(CLI::App& app, command& run) {
    auto* sub = app.add_subcommand("retained", "list the retained messages");
    const auto a = std::make_shared<arguments>();
    sub->add_option("FILTER", a->filter, "only of topics that match it (#: all but those that begin with $)");
    sub->add_option("--search", a->search, "only of topics with this in them");
    sub->add_option("--limit", a->limit, "at most so many (all)");
    sub->add_flag("--json", a->as_json, "as the server sends it");
    a->where.add_options(*sub);
    sub->callback([a, &run] { run = [a] { return retained(*a); }; });
}

void add_retained_delete(CLI::App& app, command& run) {
    auto* sub =
        app.add_subcommand("retained-delete", "delete the retained message of a topic, or all that match a filter");
    const auto a = std::make_shared<arguments>();
    sub->add_option("TOPIC", a->filter, "the topic, or a filter with + or #")->required();
    sub->add_flag("--yes", a->yes, "delete what the filter matches; otherwise it is only counted");
    sub->add_flag("--json", a->as_json, "the result as a JSON object");
    a->where.add_options(*sub);
    sub->callback([a, &run] { run = [a] { return delete_retained(*a); }; });
}

} // namespace nightjar::ctl
