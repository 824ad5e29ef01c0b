#include "broker/plugins/access_control/access_control.hpp"

#include "broker/plugins/acl_file/explain.hpp"

#include <fmt/format.h>

namespace nightjar::plugins::access_control {

using api::access_verdict;
using api::client;
using api::connect_verdict;

namespace {

// Without a port where the address has none.
std::string place_of(const client& who) {
    return who.port == 0 ? std::string(who.address) : fmt::format("{}:{}", who.address, who.port);
}

} // namespace

access_control::access_control(std::shared_ptr<const files> read, log::logger& log)
    : files_(read), before_(std::move(read)), log_(log) {}

std::uint8_t access_control::hooks() const {
    const auto now = files_.load();
    auto result = static_cast<std::uint8_t>(api::hook::connect | api::hook::reload);
    if (now->any_acl) result = result | api::hook::access;
    if (now->any_acl && now->deny_subscribe) result = result | api::hook::subscribe;
    return result;
}

void access_control::replace(std::shared_ptr<const files> read) { before_ = files_.exchange(std::move(read)); }

void access_control::stop_threads() { verifier_.stop(); }

connect_verdict access_control::on_connect(api::host& on, const client& who, const codec::connect& packet) {
    if (who.certified) return connect_verdict::accept;
    if (who.user_name.empty() || !files_.load()->of(who.realm).passwords) return connect_verdict::pass;
    if (!packet.password) return connect_verdict::not_authorized; // CVE-2016-9877: a name alone is no login
    if (const auto verdict = known(who, *packet.password)) return *verdict;
    find_out(who, *packet.password, on.answer_later());
    return connect_verdict::later;
}

std::optional<connect_verdict> access_control::known(const client& who, std::string_view password) {
    const auto now = files_.load();
    const auto& users = now->of(who.realm).passwords;
    if (!users) return connect_verdict::pass;
    if (verifier_.remembers(users, who.user_name, password)) return connect_verdict::accept;
    return {};
}

// The log line has one form, for fail2ban and the like: the address before anything that the client has chosen.
void access_control::find_out(const client& who, std::string_view password, answer tell) {
    const auto delay = guard_.delay_of(who.address, login_guard::clock::now());
    auto line = fmt::format("from {} for user '{}' as client '{}'", place_of(who), who.user_name, who.client_id);
    const auto refuse = [this, line, tell] {
        log_.notice("Login refused {}: too many failures from this address.", line);
        tell(connect_verdict::not_authorized);
    };
    if (!delay) return refuse();
    verifier::question what{
        files_.load()->of(who.realm).passwords, std::string(who.user_name), std::string(password), {}, {}};
    const std::string address(who.address);
    if (*delay == delay->zero())
        what.may_begin = [this, refuse, address] {
            const auto longer = guard_.delay_of(address, login_guard::clock::now());
            if (!longer) refuse();
            return longer;
        };
    what.done = [this, line = std::move(line), address, tell = std::move(tell)](bool right) {
        if (right) {
            guard_.succeeded(address);
        } else {
            guard_.failed(address, login_guard::clock::now());
            log_.notice("Login failed {}.", line);
        }
        tell(right ? connect_verdict::accept : connect_verdict::not_authorized);
    };
    verifier_.verify(std::move(what), *delay);
}

access_verdict access_control::on_access(api::host&, const client& who, api::access what, api::bytes topic) {
    return check(who, what, topic);
}

access_verdict access_control::check(const client& who, api::access what, api::bytes topic) const {
    const auto now = files_.load();
    const auto& acl = now->of(who.realm).acl;
    if (!acl) return access_verdict::pass;
    return acl->check(what, who.user_name, who.client_id, topic).allowed ? access_verdict::accept
                                                                         : access_verdict::deny;
}

access_verdict access_control::on_subscribe(api::host&, const client& who, api::bytes filter, codec::qos) {
    const auto now = files_.load();
    const auto& acl = now->of(who.realm).acl;
    if (!acl || acl->check_filter(who.user_name, who.client_id, filter).allowed) return access_verdict::pass;
    return access_verdict::deny;
}

namespace {

api::explanation told(bool allowed, std::string_view reason, std::string_view detail) {
    return {allowed, std::string(reason), std::string(detail), {}, 0, {}};
}

} // namespace

std::optional<api::explanation> access_control::explain(const client& who, api::question what, api::bytes topic) const {
    const auto now = files_.load();
    const auto& rules = now->of(who.realm);
    const bool subscription = what == api::question::subscribe;
    if (subscription && !(rules.acl && now->deny_subscribe))
        return told(true, "subscriptions_are_granted",
                    "allowed: every subscription is, without acl_deny_subscribe; what may not be read does not come");
    const auto wanted = what == api::question::read ? api::access::read : api::access::write;
    if (!rules.acl && acl_file::is_reserved(wanted, topic))
        return told(false, acl_file::name_of(acl_file::reason::reserved_topic),
                    acl_file::sentence({.why = acl_file::reason::reserved_topic}, {}));
    if (!rules.acl) return told(true, "no_acl_file", "allowed: there is no acl_file");
    const auto d = subscription ? rules.acl->check_filter(who.user_name, who.client_id, topic)
                                : rules.acl->check(wanted, who.user_name, who.client_id, topic);
    return api::explanation{d.allowed,
                            std::string(acl_file::name_of(d.why)),
                            acl_file::sentence(d, rules.acl_path),
                            rules.acl_path,
                            d.line,
                            std::string(d.text)};
}

// Nobody keeps passwords, so that they cannot be asked again: a hash that is the same as before is as good.
connect_verdict access_control::keeps(api::host&, const client& who) {
    if (who.certified) return connect_verdict::accept;
    const auto now = files_.load(), before = before_.load();
    const auto &users = now->of(who.realm).passwords, &users_before = before->of(who.realm).passwords;
    if (!users || who.user_name.empty()) return connect_verdict::pass;
    if (!users_before) return connect_verdict::not_authorized;
    const auto entry = users->users.find(who.user_name), entry_before = users_before->users.find(who.user_name);
    const bool same = entry != users->users.end() && entry_before != users_before->users.end() &&
                      entry->second == entry_before->second;
    return same ? connect_verdict::accept : connect_verdict::not_authorized;
}

} // namespace nightjar::plugins::access_control
