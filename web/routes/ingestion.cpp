// POST /mqtt/connect and /mqtt/disconnect, of the old dashboard: the sensors plugin goes on, or pauses. For users who
// may write to $CONTROL/sensors, so that nobody silences alarms by accident.
#include "broker/admin/administrator.hpp"
#include "web/routes/rights.hpp"
#include "web/routes/routes.hpp"

namespace nightjar::web {

namespace {

answer pass_on(const request& what, admin::administrator& admin, std::chrono::milliseconds deadline) {
    if (auto refused = co_await refuse_unless(admin, what, plugin::access::write, "$CONTROL/sensors", deadline))
        co_return std::move(*refused);
    auto theirs = admin.http({.method = "POST", .path = what.path, .query = {}, .body = what.body});
    if (!theirs) co_return not_found("The sensors plugin is not loaded.");
    co_return json_response(theirs->status, std::move(theirs->body));
}

} // namespace

void add_ingestion_routes(router& routes, admin::administrator& admin, std::chrono::milliseconds deadline) {
    for (const auto* path : {"/mqtt/connect", "/mqtt/disconnect"})
        routes.add("POST", path, [&admin, deadline](const request& what) { return pass_on(what, admin, deadline); });
}

} // namespace nightjar::web
