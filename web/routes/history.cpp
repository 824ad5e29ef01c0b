// POST /api/v1/measurements: values of the past with their own times, for who may write to $CONTROL/sensors. The
// sensors plugin takes them; the answer waits until they are on disk.
#include "broker/admin/administrator.hpp"
#include "web/routes/rights.hpp"
#include "web/routes/routes.hpp"
#include "web/wait_for.hpp"

namespace nightjar::web {

namespace {

answer take_history(const request& what, admin::administrator& admin, std::chrono::milliseconds deadline) {
    if (auto refused = co_await refuse_unless(admin, what, plugin::access::write, "$CONTROL/sensors", deadline))
        co_return std::move(*refused);
    auto theirs = admin.http({.method = "POST", .path = what.path, .query = what.query, .body = what.body});
    if (!theirs) co_return not_found("The sensors plugin is not loaded.");
    if (theirs->later) theirs = co_await wait_for<plugin::http_answer>(deadline, std::move(theirs->later));
    if (!theirs) co_return no_answer_in_time();
    co_return json_response(theirs->status, std::move(theirs->body));
}

} // namespace

void add_history_route(router& routes, admin::administrator& admin, std::chrono::milliseconds deadline) {
    routes.add("POST", "/api/v1/measurements",
               [&admin, deadline](const request& what) { return take_history(what, admin, deadline); });
}

} // namespace nightjar::web
