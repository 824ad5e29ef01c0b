// nightjarctl clients, client, kick: who is there, one of them, and out with it.
#include "broker/text/json_writer.hpp"
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
constexpr std::size_t id_width = 60;

struct list_arguments {
    rest_access where;
    std::string prefix, search, username, address;
    bool connected = false, away = false, descending = false, as_json = false;
    std::size_t limit = std::numeric_limits<std::size_t>::max();
};

std::string list_path(const list_arguments& a) {
    std::string path = "/api/v1/clients/?order=";
    path += a.descending ? "desc" : "asc";
    const auto add = [&path](const char* name, const std::string& value) {
        if (!value.empty()) path += fmt::format("&{}={}", name, text::percent_encode(value));
    };
    add("prefix", a.prefix);
    add("search", a.search);
    add("username", a.username);
    add("address", a.address);
    if (a.connected || a.away) add("connected", a.connected ? "true" : "false");
    return path;
}

std::uint64_t drops_of(const json::object& client) {
    std::uint64_t sum = 0;
    const auto* dropped = client.if_contains("dropped");
    if (dropped != nullptr && dropped->is_object())
        for (const auto& [reason, count] : dropped->get_object()) sum += count.to_number<std::uint64_t>();
    return sum;
}

std::string place_of(const json::object& client) {
    const auto port = text_of(client, "port");
    return printable(text_of(client, "address"), id_width) + (port.empty() ? "" : ':' + port);
}

row row_of(const json::object& c) {
    const bool here = text_of(c, "connected") == "true";
    return {printable(text_of(c, "client_id"), id_width),
            here ? "connected" : "away",
            printable(text_of(c, "username"), id_width),
            place_of(c),
            text_of(c, here ? "connected_at" : "disconnected_at"),
            text_of(c, "subscriptions"),
            text_of(c, "queued"),
            text_of(c, "messages_received"),
            text_of(c, "messages_sent"),
            std::to_string(drops_of(c))};
}

int clients(const list_arguments& a) {
    print_list(a.where, list_path(a), a.limit, a.as_json,
               {"ID", "STATE", "USER", "ADDRESS", "SINCE", "SUBS", "QUEUED", "IN", "OUT", "DROPPED"}, row_of);
    return 0;
}

struct client_arguments {
    rest_access where;
    std::string id, session;
    bool as_json = false, discard = false;

    void add_options(CLI::App& to) {
        auto* by_id = to.add_option("ID", id, "the client's id");
        to.add_option("--session", session, "the number of its session, where the id is too long")->excludes(by_id);
        where.add_options(to);
    }
    std::string path() const {
        if (!session.empty()) return "/api/v1/sessions/" + text::percent_encode(session);
        return "/api/v1/clients/" + text::percent_encode(id);
    }
    void check() const {
        if (id.empty() && session.empty()) throw CLI::RequiredError("ID or --session");
    }
};

// "dropped.denied" beside "client_id".
void add_rows(std::vector<row>& rows, const json::object& from, const std::string& prefix) {
    for (const auto& [key, value] : from) {
        const std::string name(key);
        if (const auto* inner = value.if_object()) {
            add_rows(rows, *inner, name + '.');
        } else if (!value.is_array()) {
            rows.push_back({prefix + name, printable(text_of(from, name.c_str()), id_width)});
        }
    }
}

int client(const client_arguments& a) {
    const auto body = get(a.where, a.path());
    if (a.as_json) {
        fmt::print("{}\n", body);
        return 0;
    }
    const auto parsed = json::parse(body);
    std::vector<row> rows;
    add_rows(rows, parsed.as_object(), "");
    for (const auto& s : parsed.at("subscription_list").as_array())
        rows.push_back(
            {"subscription", printable(text_of(s.as_object(), "filter")) + "  qos " + text_of(s.as_object(), "qos")});
    fmt::print("{}", format_table(rows));
    return 0;
}

int kick(const client_arguments& a) {
    const auto answer = ask(a.where, "DELETE", a.path() + (a.discard ? "?session=discard" : ""));
    if (answer.status != 204) throw std::runtime_error(refusal_of(answer));
    if (a.as_json) {
        text::json_writer out;
        out.begin_object().field(a.session.empty() ? "client_id" : "session", a.session.empty() ? a.id : a.session);
        fmt::print("{}\n", out.field("kicked", true).field("discarded", a.discard).end_object().text());
    }
    return 0;
}

} // namespace

void add_clients(CLI::App& app, command& run) {
    auto* sub = app.add_subcommand("clients", "list the clients, those that are away too");
    const auto a = std::make_shared<list_arguments>();
    auto* connected = sub->add_flag("--connected", a->connected, "only those that are connected");
    sub->add_flag("--away", a->away, "only those that are away")->excludes(connected);
    sub->add_option("--prefix", a->prefix, "only ids that begin so");
    sub->add_option("--search", a->search, "only ids with this in them");
    sub->add_option("--of-user", a->username, "only of this user name");
    sub->add_option("--address", a->address, "only from this address");
    sub->add_option("--limit", a->limit, "at most so many (all)");
    sub->add_flag("--descending", a->descending, "by id, the last first");
    sub->add_flag("--json", a->as_json, "as the server sends it");
    a->where.add_options(*sub);
    sub->callback([a, &run] { run = [a] { return clients(*a); }; });
}

void add_client(CLI::App& app, command& run) {
    auto* sub = app.add_subcommand("client", "all that is known of one client");
    const auto a = std::make_shared<client_arguments>();
    a->add_options(*sub);
    sub->add_flag("--json", a->as_json, "as the server sends it");
    sub->callback([a, &run] {
        a->check();
        run = [a] { return client(*a); };
    });
}

void add_kick(CLI::App& app, command& run) {
    auto* sub = app.add_subcommand("kick", "end a client's connection");
    const auto a = std::make_shared<client_arguments>();
    a->add_options(*sub);
    sub->add_flag("--discard", a->discard, "and its session: subscriptions and what waits for it");
    sub->add_flag("--json", a->as_json, "the result as a JSON object");
    sub->callback([a, &run] {
        a->check();
        run = [a] { return kick(*a); };
    });
}

} // namespace nightjar::ctl
