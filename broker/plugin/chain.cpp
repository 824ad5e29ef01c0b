#include "broker/plugin/chain.hpp"

#include <algorithm>

namespace nightjar::plugin {

void chain::add(std::unique_ptr<plugin> p) { plugins_.push_back(std::move(p)); }

void chain::start(host& on) const {
    for (const auto& p : plugins_) p->start(on);
}

void chain::stop(host& on) const {
    for (const auto& p : plugins_) p->stop(on);
}

connect_verdict chain::on_connect(host& on, const client& who, const codec::connect& packet) const {
    auto verdict = connect_verdict::pass;
    each(hook::connect, [&](plugin& p) {
        if (verdict == connect_verdict::pass) verdict = p.on_connect(on, who, packet);
    });
    return verdict;
}

bool chain::watches_presence() const {
    bool result = false;
    each(hook::presence, [&](plugin&) { result = true; });
    return result;
}

void chain::on_presence(host& on, const presence_event& event) const {
    each(hook::presence, [&](plugin& p) { p.on_presence(on, event); });
}

access_verdict chain::on_subscribe(host& on, const client& who, bytes filter, codec::qos qos) const {
    auto verdict = access_verdict::pass;
    each(hook::subscribe, [&](plugin& p) {
        if (verdict == access_verdict::pass) verdict = p.on_subscribe(on, who, filter, qos);
    });
    return verdict;
}

access_verdict chain::on_access(host& on, const client& who, access what, bytes topic) const {
    auto verdict = access_verdict::pass;
    each(hook::access, [&](plugin& p) {
        if (verdict == access_verdict::pass) verdict = p.on_access(on, who, what, topic);
    });
    return verdict;
}

std::optional<explanation> chain::explain(const client& who, question what, bytes topic) const {
    for (const auto& p : plugins_)
        if (auto said = p->explain(who, what, topic)) return said;
    return std::nullopt;
}

bool chain::judges_access() const {
    bool result = false;
    each(hook::access, [&](plugin&) { result = true; });
    return result;
}

connect_verdict chain::keeps(host& on, const client& who) const {
    auto verdict = connect_verdict::pass;
    each(hook::reload, [&](plugin& p) {
        if (verdict == connect_verdict::pass) verdict = p.keeps(on, who);
    });
    return verdict;
}

void chain::on_tick(host& on) const {
    each(hook::tick, [&](plugin& p) { p.on_tick(on); });
}

std::optional<http_answer> chain::on_http(const http_request& request) const {
    std::optional<http_answer> answer;
    each(hook::http, [&](plugin& p) {
        if (!answer) answer = p.on_http(request);
    });
    return answer;
}

interested_list chain::interested_in(bytes topic) const {
    interested_list result;
    each(hook::publish, [&](plugin& p) {
        if (const auto tag = p.interest(topic)) result.push_back({&p, *tag});
    });
    return result;
}

publish_outcome chain::on_publish(const interested_list& plugins, host& on, const codec::publish& packet,
                                  const client& who, ingest_report* report, bool repeated) {
    auto outcome = publish_outcome::pass;
    for (const auto& [p, tag] : plugins) {
        const auto answer = p->on_publish(on, {packet, who, tag, report, repeated});
        if (answer == publish_outcome::denied) return answer;
        outcome = std::max(outcome, answer);
    }
    return outcome;
}

} // namespace nightjar::plugin
