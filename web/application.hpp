// What the web side answers, without sockets: the rules of access, then REST, the plugins, static files. Web
// thread.
#pragma once

#include "broker/config/configuration.hpp"
#include "broker/log/logger.hpp"
#include "broker/plugin/plugin.hpp"
#include "web/options.hpp"
#include "web/request_rate.hpp"
#include "web/router.hpp"
#include "web/static_table.hpp"
#include "web/tables.hpp"

#include <functional>
#include <optional>
#include <string_view>

namespace nightjar::admin {
class administrator;
}

namespace nightjar::web {

class application {
  public:
    // The static files of a listener.
    using site_of = std::function<std::shared_ptr<const static_table>(const config::listener&)>;

    // The references outlive the application.
    application(const config::configuration& conf, admin::administrator& admin, const tables& stored, log::logger& log,
                const server_options& options, site_of site);

    // Always an answer: what a handler throws becomes a 500 and a line in the log. `what` outlives the
    // coroutine.
    answer respond(request& what);

    // Why this Upgrade may not lead to MQTT; `protocols` is its Sec-WebSocket-Protocol.
    std::optional<response> upgrade_refusal(const request& what, std::string_view protocols) const;

    // For a body that is over the limit and was not read.
    response body_too_large(const request& what) const;

    const router& routes() const { return routes_; }

  private:
    std::optional<response> refusal(const request& what) const;
    std::optional<response> too_often(const request& what);
    answer route(request& what);
    answer answer_of_others(const request& what, const static_table& site, const std::string& allow);
    answer publish_first(const request& what, plugin::http_answer theirs);

    const config::configuration& conf_;
    admin::administrator& admin_;
    const tables stored_;
    log::logger& log_;
    const server_options& options_;
    site_of site_;
    router routes_;
    request_rate rate_;
};

} // namespace nightjar::web
