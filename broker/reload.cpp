// SIGHUP: a new configuration for a running broker, all of it or nothing. What can fail is tried first; then every
// thread that reads the configuration stands still for the moment in which it changes, so that none sees half of it.
#include "broker/broker.hpp"

#include "broker/config/adopt.hpp"
#include "broker/plugins/access_control/access_control.hpp"
#include "broker/plugins/sensors/sensors.hpp"
#include "broker/plugins/sys_topics/sys_topics.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <latch>
#include <memory>
#include <string>
#include <vector>

namespace nightjar {

namespace {

using task = std::function<void()>;

// Holds threads from construction to release(); then each does its own `afterwards`.
class standstill {
  public:
    // `post` runs a task on its thread.
    struct thread {
        std::function<void(task)> post;
        task afterwards;
    };
    explicit standstill(std::vector<thread> threads)
        : all_still_(std::make_shared<std::latch>(static_cast<std::ptrdiff_t>(threads.size()))) {
        for (auto& t : threads)
            t.post([still = all_still_, go = go_, afterwards = std::move(t.afterwards)] {
                still->count_down();
                go->wait();
                afterwards();
            });
        all_still_->wait();
    }
    ~standstill() { go_->count_down(); }
    standstill(const standstill&) = delete;
    standstill& operator=(const standstill&) = delete;

  private:
    std::shared_ptr<std::latch> all_still_, go_ = std::make_shared<std::latch>(1);
};

bool mistaken(const std::vector<config::finding>& findings) {
    return std::any_of(findings.begin(), findings.end(),
                       [](const config::finding& f) { return f.level == config::severity::error; });
}

} // namespace

// What goes from the standstill to the threads that go on afterwards.
struct broker::reloading {
    const prepared& next; // until the standstill is over
    std::shared_ptr<web::server::change> web;
    config::adoption changes = {};
    net::tls_listeners::contexts contexts = {};
    acceptor_list opened = {};
    std::vector<config::finding> findings = {};
    bool successful = false;
};

void broker::reload(const config::load_options& from) {
    administrator_.begin_reload();
    log_.information("Reloading config.");
    admin::reload_outcome outcome;
    try {
        try_reload(from, outcome.findings);
    } catch (const std::exception& e) {
        outcome.findings.push_back({config::severity::error, config::sentence(e.what()), {}, {}});
    }
    outcome.successful = !mistaken(outcome.findings);
    outcome.when = std::chrono::system_clock::now();
    write_findings(outcome.findings, log_);
    if (outcome.successful)
        log_.notice("The new configuration counts from here on.");
    else
        log_.error("Error: the configuration was not changed: it has mistakes.");
    administrator_.end_reload(std::move(outcome));
    sys_topics_->publish_soon();
}

void broker::try_reload(const config::load_options& from, std::vector<config::finding>& findings) {
    auto next = prepare(from);
    findings = next.loaded.findings;
    if (!next.ok()) return;
    for (auto& l : next.loaded.conf.listeners) net::resolve(l); // not while all stand still
    const auto change = std::make_shared<reloading>(reloading{next, web_.prepare(next.loaded.conf.listeners)});
    {
        std::vector<standstill::thread> threads;
        for (const auto& w : workers_)
            threads.push_back({[&w](task t) { w->post(std::move(t)); },
                               [this, &w, change] {
                                   if (!change->successful) return;
                                   if (w->index() == 0) replace_acceptors(change->opened);
                                   w->reloaded();
                               }});
        threads.push_back({[this](task t) { web_.post(std::move(t)); },
                           [this, change] {
                               if (change->successful) web_.adopt(*change->web);
                           }});
        const standstill still(std::move(threads));
        adopt(*change);
    }
    std::move(change->findings.begin(), change->findings.end(), std::back_inserter(findings));
}

// While all stand still. What can fail comes first, then what cannot.
void broker::adopt(reloading& change) {
    const auto before = conf_;
    std::vector<std::string> warnings;
    try {
        change.changes = config::adopt(conf_, change.next.loaded.conf);
        change.contexts = tls_.read(warnings);
        open_listeners(change);
        if (!mistaken(change.findings)) {
            log_.configure(conf_.log); // the last: it needs no way back
            change.successful = true;
        }
    } catch (const std::exception& e) {
        change.findings.push_back({config::severity::error, config::sentence(e.what()), {}, {}});
    }
    if (change.successful) return use(change);
    share_ports(false);
    change.opened.clear();
    web::server::discard(*change.web);
    restore_configuration(before);
}

// New ones open before old ones close, though they may want the same port.
void broker::open_listeners(reloading& change) {
    const auto shared = share_ports(true);
    for (const auto index : change.changes.opened) {
        const auto& l = conf_.listeners[index];
        const bool share = std::find(shared.begin(), shared.end(), l.port) != shared.end();
        try {
            if (l.protocol != config::listener_protocol::mqtt) {
                web_.open(*change.web, l, share);
                continue;
            }
            for (auto& a : net::open_acceptors(workers_[0]->context(), l, conf_, log_, share))
                change.opened.push_back(std::move(a));
        } catch (const std::exception& e) {
            change.findings.push_back({config::severity::error, config::sentence(e.what()), l.where, {}});
        }
    }
}

// The ports of listeners that are to close.
std::vector<std::uint16_t> broker::share_ports(bool on) {
    auto ports = web_.share_ports(on);
    for (const auto& a : acceptors_) {
        if (!a->settings().closed) continue;
        a->share_port(on);
        ports.push_back(a->settings().port);
    }
    return ports;
}

void broker::use(reloading& change) {
    const auto& next = change.next;
    tls_.use(std::move(change.contexts));
    web_.use(*change.web);
    for (const auto index : change.changes.opened)
        if (index >= listeners_.size()) listeners_.emplace_back(conf_.listeners[index]);
    common_.limits = limits_of(conf_);
    access_->replace(
        std::make_shared<const plugins::access_control::files>(next.access->placed(change.changes.places)));
    if (config::same_plugins(conf_, next.loaded.conf))
        for (std::size_t i = 0; i < sensors_.size(); ++i) sensors_[i]->reconfigure(next.sensors[i]);
    store_->keep(conf_.measurements_keep_days, conf_.hours_keep_days);
    sys_topics_->set_interval(std::chrono::seconds(conf_.sys_interval));
    change.findings = change.changes.kept;
}

// Listeners stay where they are in memory.
void broker::restore_configuration(const config::configuration& before) {
    auto listeners = std::move(conf_.listeners);
    std::copy(before.listeners.begin(), before.listeners.end(), listeners.begin());
    listeners.resize(before.listeners.size());
    conf_ = before;
    conf_.listeners = std::move(listeners);
}

// On worker 0, whose they are.
void broker::replace_acceptors(acceptor_list& opened) {
    std::erase_if(acceptors_, [](const auto& a) {
        if (a->settings().closed) a->stop();
        return a->settings().closed;
    });
    for (auto& a : opened) {
        start(*a);
        acceptors_.push_back(std::move(a));
    }
    opened.clear();
}

} // namespace nightjar
