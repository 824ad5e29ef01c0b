// nightjarctl alert-test: a test alert goes all the ways that alerts take; did it arrive?
#include "tools/nightjarctl/commands.hpp"
#include "tools/nightjarctl/http_client.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <set>
#include <stdexcept>
#include <thread>

#include <CLI/CLI.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

namespace nightjar::ctl {

namespace {

namespace json = boost::json;

struct settings {
    rest_access where;
    unsigned seconds = 30;
    bool as_json = false;
};

// True: no more is to be waited for; a first attempt has been made.
bool is_tried(const json::object& notification) {
    return notification.at("state").as_string() != "pending" || notification.at("error").is_string();
}

void print_end(const json::object& notification) {
    const std::string_view state = notification.at("state").as_string();
    const auto* error = notification.at("error").if_string();
    fmt::print("{:<8} {}: {}{}{}\n", std::string_view(notification.at("channel").as_string()),
               std::string_view(notification.at("to").as_string()), state == "pending" ? "not sent yet" : state,
               error == nullptr ? "" : ": ", error == nullptr ? std::string_view{} : std::string_view(*error));
}

// What has become of the notifications; those that are still `waiting` then have been given up.
json::array await(const settings& s, std::set<std::int64_t>& waiting) {
    constexpr auto pause = std::chrono::milliseconds(200);
    json::array ended;
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(s.seconds);
    for (; !waiting.empty() && std::chrono::steady_clock::now() < end; std::this_thread::sleep_for(pause)) {
        const auto known = get_json(s.where, "/api/v1/notifications?limit=1000");
        for (const auto& entry : known.as_array()) {
            const auto& notification = entry.as_object();
            const auto id = notification.at("id").to_number<std::int64_t>();
            if (!waiting.contains(id) || !is_tried(notification)) continue;
            waiting.erase(id);
            if (!s.as_json) print_end(notification);
            ended.push_back(notification);
        }
    }
    return ended;
}

int alert_test(const settings& s) {
    const auto answer = ask(s.where, "POST", "/api/v1/alerts/test");
    if (answer.status != 200) throw std::runtime_error(refusal_of(answer));
    const auto told = json::parse(answer.body).as_object();
    if (!s.as_json) fmt::print("mqtt     {}: sent\n", std::string_view(told.at("topic").as_string()));
    std::set<std::int64_t> waiting;
    for (const auto& id : told.at("notifications").as_array()) waiting.insert(id.to_number<std::int64_t>());
    if (waiting.empty() && !s.as_json) fmt::print("Neither mail (smtp_url) nor webhook (alert_url) is configured.\n");
    const auto ended = await(s, waiting);
    const bool all_sent = waiting.empty() && std::all_of(ended.begin(), ended.end(),
                                                         [](const auto& n) { return n.at("state") == "sent"; });
    if (s.as_json)
        fmt::print("{}\n", json::serialize(json::object{{"topic", told.at("topic")},
                                                        {"all_sent", all_sent},
                                                        {"notifications", ended},
                                                        {"no_answer", json::array(waiting.begin(), waiting.end())}}));
    else if (!waiting.empty())
        fmt::print("{} of them: no answer within {} s\n", waiting.size(), s.seconds);
    return all_sent ? 0 : 1;
}

} // namespace

void add_alert_test(CLI::App& app, command& run) {
    auto* sub = app.add_subcommand("alert-test",
                                   "send a test alert by MQTT, mail and webhook, and see whether it gets through");
    const auto s = std::make_shared<settings>();
    s->where.add_options(*sub);
    sub->add_option("--wait", s->seconds, "for how many seconds at most")
        ->capture_default_str()
        ->check(CLI::Range(1, 600));
    sub->add_flag("--json", s->as_json, "what became of it as a JSON object");
    sub->callback([s, &run] { run = [s] { return alert_test(*s); }; });
}

} // namespace nightjar::ctl
