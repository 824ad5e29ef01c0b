// Questions about clients and retained messages: posted to the workers, who have them.
#include "broker/admin/broker_administrator.hpp"

#include <mutex>
#include <utility>

namespace nightjar::admin {

namespace {

worker::injector injector_of(visitor who) {
    return {std::move(who.user_name), std::move(who.address), who.listener->realm};
}

} // namespace

void broker_administrator::clients(plugin::client_query query,
                                   std::function<void(std::vector<plugin::client_page>)> done) {
    struct gathering {
        std::mutex mutex; // guards the pages: each worker brings its own
        std::vector<plugin::client_page> pages;
    };
    if (stopping_) return done({});
    const auto all = std::make_shared<gathering>();
    for (auto* w : broker_.workers)
        w->list_clients(query, [all, done, wanted = broker_.workers.size()](plugin::client_page page) {
            const std::scoped_lock lock(all->mutex);
            all->pages.push_back(std::move(page));
            if (all->pages.size() == wanted) done(std::move(all->pages));
        });
}

// Null: there is no such session.
worker::worker* broker_administrator::home_of(const plugin::client_key& key) const {
    if (stopping_) return nullptr;
    if (key.session) {
        const auto index = topics::subscriber_id{*key.session}.worker();
        return index < broker_.workers.size() ? broker_.workers[index] : nullptr;
    }
    const auto known = broker_.directory.find(key.client_id);
    return known ? broker_.workers[known->worker] : nullptr;
}

void broker_administrator::client(plugin::client_key key,
                                  std::function<void(std::optional<plugin::client_details>)> done) {
    auto* home = home_of(key);
    if (home == nullptr) return done(std::nullopt);
    home->show_client(std::move(key), std::move(done));
}

void broker_administrator::kick(plugin::client_key key, bool discard, std::function<void(plugin::kick_result)> done) {
    auto* home = home_of(key);
    if (home == nullptr) return done(plugin::kick_result::unknown);
    home->kick_client(std::move(key), discard, std::move(done));
}

void broker_administrator::judge(visitor who, plugin::access what, std::vector<std::string> topics,
                                 std::function<void(std::vector<bool>)> done) {
    if (stopping_) return done(std::vector<bool>(topics.size(), false));
    any_worker().judge_topics(injector_of(std::move(who)), what, std::move(topics), std::move(done));
}

worker::worker& broker_administrator::any_worker() {
    return *broker_.workers[next_worker_.fetch_add(1, std::memory_order_relaxed) % broker_.workers.size()];
}

void broker_administrator::find_retained(visitor who, plugin::access right, plugin::retained_query query,
                                         std::function<void(plugin::retained_page)> done) {
    if (stopping_) return done({});
    any_worker().find_retained(injector_of(std::move(who)), right, std::move(query), std::move(done));
}

void broker_administrator::forget_retained(visitor who, std::vector<std::string> topics,
                                           std::function<void(plugin::forget_result)> done) {
    if (stopping_) return done({.storage_failed = true});
    any_worker().forget_retained(injector_of(std::move(who)), std::move(topics), std::move(done));
}

} // namespace nightjar::admin
