// POST /api/v1/config/reload reads the configuration again, GET tells how the last reload ended. For users who may
// write to $CONTROL/config and have logged in, or are on this machine: the answer names files and what stands in them.
#include "broker/admin/administrator.hpp"
#include "web/routes/rights.hpp"
#include "web/routes/routes.hpp"
#include "web/text.hpp"
#include "web/wait_for.hpp"

namespace nightjar::web {

namespace {

constexpr std::chrono::seconds longest_reload{20};       // nightjarctl waits longer
constexpr const char* control_topic = "$CONTROL/config"; // who may write to it may reload

std::string_view name_of(config::severity level) {
    switch (level) {
    case config::severity::error: return "error";
    case config::severity::warning: return "warning";
    case config::severity::notice: break;
    }
    return "notice";
}

response show(const admin::reload_outcome& outcome, unsigned status) {
    json_writer out;
    out.begin_object();
    if (status != 200)
        out.field("error", "bad_configuration").field("detail", "The configuration was not changed: it has mistakes.");
    const auto when = std::chrono::duration_cast<std::chrono::milliseconds>(outcome.when.time_since_epoch()).count();
    out.field("successful", outcome.successful).field("time", format_time(when)).key("findings").begin_array();
    for (const auto& f : outcome.findings) {
        out.begin_object().field("severity", name_of(f.level)).field("text", f.text);
        if (!f.where.file.empty()) out.field("file", f.where.file).field("line", f.where.line);
        out.end_object();
    }
    return json_response(status, out.end_array().end_object().take());
}

boost::asio::awaitable<std::optional<response>> refusal(const request& what, admin::administrator& admin,
                                                        std::chrono::milliseconds deadline) {
    const bool from_here = what.bound_to_loopback || !what.listener->unix_path.empty();
    if (what.user_name.empty() && !from_here)
        co_return error_response(403, "denied", "Without a login only a listener of this machine alone takes this.");
    co_return co_await refuse_unless(admin, what, plugin::access::write, control_topic, deadline);
}

answer reload(const request& what, admin::administrator& admin, std::chrono::milliseconds deadline) {
    if (auto refused = co_await refusal(what, admin, deadline)) co_return std::move(*refused);
    const auto outcome =
        co_await wait_for<admin::reload_outcome>(longest_reload, [&](auto done) { admin.reload(std::move(done)); });
    if (!outcome) co_return error_response(503, "timeout", "The reload goes on, but takes too long to be waited for.");
    co_return show(*outcome, outcome->successful ? 200 : 422);
}

answer last_reload(const request& what, admin::administrator& admin, std::chrono::milliseconds deadline) {
    if (auto refused = co_await refusal(what, admin, deadline)) co_return std::move(*refused);
    co_return show(admin.last_reload(), 200);
}

} // namespace

void add_reload_routes(router& routes, admin::administrator& admin, std::chrono::milliseconds deadline) {
    constexpr auto path = "/api/v1/config/reload";
    routes.add("POST", path, [&admin, deadline](const request& what) { return reload(what, admin, deadline); });
    routes.add("GET", path, [&admin, deadline](const request& what) { return last_reload(what, admin, deadline); });
}

} // namespace nightjar::web
