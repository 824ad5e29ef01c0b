// What the rights of a client are, and what says so: for whoever wonders why nothing arrives.
#include "broker/admin/administrator.hpp"
#include "broker/codec/topic.hpp"
#include "web/list_parameters.hpp"
#include "web/routes/routes.hpp"
#include "web/text.hpp"

#include <algorithm>

namespace nightjar::web {

namespace {

std::optional<plugin::question> read_question(std::string_view text) {
    if (text == "read") return plugin::question::read;
    if (text == "write") return plugin::question::write;
    if (text == "subscribe") return plugin::question::subscribe;
    return std::nullopt;
}

// Whose users and rights count: those of the listener that is asked, or of the one whose port or path is named.
std::optional<unsigned> read_realm(const request& what, const query_parameters& all,
                                   const config::configuration& conf) {
    const auto named = all.find("listener");
    if (!named) return what.listener->realm;
    const auto port = parse_number(*named);
    const auto at = std::find_if(conf.listeners.begin(), conf.listeners.end(), [&](const config::listener& l) {
        return !l.closed && (l.unix_path.empty() ? port && l.port == *port : l.unix_path == *named);
    });
    return at == conf.listeners.end() ? std::nullopt : std::optional(at->realm);
}

response check(const request& what, const config::configuration& conf, const admin::administrator& admin) {
    const auto all = query_parameters::parse(what.query);
    if (!all) return bad_request("bad_query", "The query string is not well-formed.");
    const auto asked = read_question(all->find("access").value_or(""));
    if (!asked) return bad_request("bad_parameter", "access is read, write or subscribe.");
    const auto topic = all->find("topic").value_or("");
    const bool filter = asked == plugin::question::subscribe;
    if (filter ? !codec::check_topic_filter(topic) : !codec::check_topic_name(topic))
        return bad_request("bad_parameter", "topic is a topic, or the filter of a subscription.");
    const auto realm = read_realm(what, *all, conf);
    if (!realm) return bad_request("bad_parameter", "listener is the port of a listener, or the path of its socket.");
    const auto user_name = all->find("username").value_or(all->find("user").value_or(""));
    const plugin::client who{all->find("clientid").value_or(""), user_name, {}, 0, false, false, *realm};
    const auto said = admin.explain(who, *asked, topic)
                          .value_or(plugin::explanation{true, "no_rules", "allowed: there are no rules", {}, 0, {}});
    json_writer out;
    out.begin_object().field("allowed", said.allowed).field("reason", said.reason);
    const bool by_line = said.line != 0;
    out.field("file", said.file.empty() ? std::nullopt : std::optional(said.file));
    out.field("line", by_line ? std::optional(said.line) : std::nullopt);
    out.field("text", by_line ? std::optional(said.text) : std::nullopt).field("detail", said.detail);
    return json_response(200, out.end_object().take());
}

} // namespace

void add_acl_route(router& routes, const config::configuration& conf, admin::administrator& admin) {
    routes.add("GET", "/api/v1/acl/check",
               at_once([&conf, &admin](const request& what) { return check(what, conf, admin); }));
}

} // namespace nightjar::web
