// SIGHUP: a new configuration for a running broker, all of it or nothing. What can fail is tried first; then every
// thread that reads the configuration stands still for the moment in which it changes, so that none sees half of it.
#include "broker/broker.hpp"

#include "broker/config/adopt.hpp"
#include "broker/plugins/access_control/access_control.hpp"

#include <algorithm>
#include <functional>
#include <latch>
#include <memory>
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

} // namespace

bool broker::reload(const prepared& next) {
    auto opened = std::make_shared<acceptor_list>();
    bool changed = false;
    {
        std::vector<standstill::thread> threads;
        for (const auto& w : workers_)
            threads.push_back({[&w](task t) { w->post(std::move(t)); },
                               [this, &w, opened] {
                                   if (w->index() == 0) replace_acceptors(*opened);
                                   w->reloaded();
                               }});
        threads.push_back({[this](task t) { web_.post(std::move(t)); }, [] {}});
        const standstill still(std::move(threads));
        changed = adopt(next, *opened);
    }
    return changed;
}

// While all stand still. False: nothing has changed.
bool broker::adopt(const prepared& next, acceptor_list& opened) {
    const auto before = conf_;
    std::vector<std::string> warnings;
    config::adoption changes;
    try {
        changes = config::adopt(conf_, next.loaded.conf);
        for (const auto index : changes.opened)
            for (auto& a : net::open_acceptors(workers_[0]->context(), conf_.listeners[index], conf_, log_))
                opened.push_back(std::move(a));
        log_.configure(conf_.log);
        tls_.reload(warnings);
    } catch (const std::exception& e) {
        restore_configuration(before);
        opened.clear();
        restore_log();
        log_.error("Error: {}.", e.what());
        return false;
    }
    for (const auto index : changes.opened)
        if (index >= listeners_.size()) listeners_.emplace_back(conf_.listeners[index]);
    common_.limits = limits_of(conf_);
    access_->replace(next.access);
    for (const auto& w : warnings) log_.warning("Warning: {}.", w);
    for (const auto& f : changes.kept) log_.notice("{}", f.text);
    return true;
}

void broker::restore_log() {
    try {
        log_.configure(conf_.log);
    } catch (const std::exception&) { // its file is out of reach by now: the new destinations are better than none
    }
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
        if (!a->settings().closed) return false;
        a->stop();
        return true;
    });
    for (auto& a : opened) {
        start(*a);
        acceptors_.push_back(std::move(a));
    }
    opened.clear();
}

} // namespace nightjar
