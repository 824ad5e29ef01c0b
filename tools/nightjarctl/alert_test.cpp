// nightjarctl alert-test: a test alert goes all the ways that alerts take; did it arrive?
#include "tools/nightjarctl/commands.hpp"
#include "tools/nightjarctl/http_client.hpp"

#include <chrono>
#include <memory>
#include <set>
#include <stdexcept>
#include <thread>

#include <CLI/CLI.hpp>
#include <boost/json/parse.hpp>
#include <fmt/format.h>

namespace nightjar::ctl {

namespace {

namespace json = boost::json;

struct settings {
    rest_access where;
    unsigned seconds = 30;
};

// Prints what has become of it, if that is known. True: no more is to be waited for.
bool print_end(const json::object& notification) {
    const std::string_view state = notification.at("state").as_string();
    const auto* error = notification.at("error").if_string();
    if (state == "pending" && error == nullptr) return false; // the first attempt is still on its way
    fmt::print("{:<8} {}: {}{}{}\n", std::string_view(notification.at("channel").as_string()),
               std::string_view(notification.at("to").as_string()), state == "pending" ? "not sent yet" : state,
               error == nullptr ? "" : ": ", error == nullptr ? std::string_view{} : std::string_view(*error));
    return true;
}

int alert_test(const settings& s) {
    constexpr auto pause = std::chrono::milliseconds(200);
    const auto answer = ask(s.where, "POST", "/api/v1/alerts/test");
    if (answer.status != 200) throw std::runtime_error(refusal_of(answer));
    const auto told = json::parse(answer.body).as_object();
    fmt::print("mqtt     {}: sent\n", std::string_view(told.at("topic").as_string()));
    std::set<std::int64_t> waiting;
    for (const auto& id : told.at("notifications").as_array()) waiting.insert(id.to_number<std::int64_t>());
    if (waiting.empty()) fmt::print("Neither mail (smtp_url) nor webhook (alert_url) is configured.\n");
    bool all_sent = true;
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(s.seconds);
    for (; !waiting.empty() && std::chrono::steady_clock::now() < end; std::this_thread::sleep_for(pause)) {
        const auto known = get_json(s.where, "/api/v1/notifications?limit=1000");
        for (const auto& entry : known.as_array()) {
            const auto& notification = entry.as_object();
            const auto id = notification.at("id").to_number<std::int64_t>();
            if (!waiting.contains(id) || !print_end(notification)) continue;
            waiting.erase(id);
            all_sent = all_sent && notification.at("state").as_string() == "sent";
        }
    }
    if (!waiting.empty()) fmt::print("{} of them: no answer within {} s\n", waiting.size(), s.seconds);
    return all_sent && waiting.empty() ? 0 : 1;
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
    sub->callback([s, &run] { run = [s] { return alert_test(*s); }; });
}

} // namespace nightjar::ctl
