#include "broker/broker.hpp"

#include "broker/plugins/access_control/access_control.hpp"
#include "broker/plugins/presence/presence.hpp"
#include "broker/plugins/sensors/sensors.hpp"
#include "broker/plugins/sys_topics/sys_topics.hpp"
#include "broker/worker/log_topic.hpp"
#include "storage/recovery.hpp"
#include "version.hpp"

#include <algorithm>
#include <future>
#include <thread>

#include <csignal>
#include <fmt/format.h>
#include <unistd.h>

namespace nightjar {

namespace {

// One core is left to the store's thread: workers that wait for it to step aside cost more than one worker less does.
// Two cores and the clients on them, one worker and two: W1 141,000/s and 98,000/s, W6 on kept sessions 2.4 and 1.3
// million/s, p99 of a ping-pong beside 500,000 retained messages/s 0.15 and 0.39 ms.
std::size_t worker_count(const config::configuration& conf) {
    constexpr int most = 64; // bits of topic_entry::other_workers
    const int cores = static_cast<int>(std::thread::hardware_concurrency());
    return static_cast<std::size_t>(std::clamp(conf.worker_threads > 0 ? conf.worker_threads : cores - 1, 1, most));
}

// Never a start from nothing in silence: what was damaged is set aside, and the log says so.
std::unique_ptr<storage::store> open_store(const config::configuration& conf, log::logger& log,
                                           std::atomic<bool>& broken) {
    using policy = config::configuration::damaged_store;
    const std::filesystem::path directory = conf.persistence_location;
    const storage::store_options options{directory, storage::store_options{}.map_size,
                                         [&](std::error_code code) {
                                             log.error("Error: the disk failed: {}. Nothing more is acknowledged; "
                                                       "nightjar ends.",
                                                       code.message());
                                             storage::crash_mark::leave();
                                             broken = true;
                                             ::kill(::getpid(), SIGTERM); // main stops in order
                                         },
                                         [&](const std::string& what) { log.warning("Warning: {}.", what); }};
    if (storage::crashed(directory))
        log.warning(
            "Warning: the last run did not end well; every record of the store is read before this one starts.");
    const auto found = storage::look_at(directory);
    if (found.state == storage::verdict::condition::unusable) throw std::runtime_error(found.what);
    if (found.state == storage::verdict::condition::damaged) {
        if (conf.on_damaged_store == policy::stop) throw std::runtime_error(found.what + " (on_damaged_store is stop)");
        log.error("Error: {}", found.what);
        log.error("Error: it was set aside as {}.", storage::set_aside(directory).string());
        if (conf.on_damaged_store == policy::backup) {
            try {
                storage::restore_backup(conf.backup_file, directory);
                log.error("Error: the backup {} is used in its place; what came after it is missing.",
                          conf.backup_file);
                return storage::store::open(options);
            } catch (const storage::store_error& e) {
                log.error("Error: {}", e.what());
            }
        }
        log.error("Error: the store starts EMPTY: no sessions, no retained messages, no measurements.");
    }
    return storage::store::open(options);
}

} // namespace

session::limits broker::limits_of(const config::configuration& conf) {
    constexpr std::uint32_t all_packet_ids = 65'535;
    const auto inflight = conf.max_inflight_messages == 0 ? all_packet_ids : conf.max_inflight_messages;
    return {std::min(inflight, all_packet_ids), conf.max_queued_messages, conf.max_queued_bytes,
            conf.queue_qos0_messages, conf.retain_available};
}

broker::broker(prepared ready, log::logger& log, const std::filesystem::path& page)
    : conf_(std::move(ready.loaded.conf)), log_(log), store_(open_store(conf_, log, broken_)),
      crash_mark_(conf_.persistence_location),
      tls_(conf_.listeners), common_{conf_, plugins_, *store_, log, limits_of(conf_), {}, {}, {}, {}},
      administrator_(common_, listeners_, version), web_(conf_, administrator_, *store_, log, page, {}, &tls_) {
    for (const auto& l : conf_.listeners) listeners_.emplace_back(l);
    for (unsigned i = 0; i < worker_count(conf_); ++i) {
        workers_.push_back(std::make_unique<worker::worker>(common_, i));
        common_.workers.push_back(workers_.back().get());
    }
    log_.set_topic(std::make_unique<worker::log_topic>(*workers_[0], common_.log_lines_dropped));
    store_->keep(conf_.measurements_keep_days, conf_.hours_keep_days);
    restore();
    load_plugins(ready);
    bind();
}

broker::~broker() = default;

void broker::load_plugins(const prepared& ready) {
    auto access = std::make_unique<plugins::access_control::access_control>(ready.access, log_);
    access_ = access.get();
    plugins_.add(std::move(access)); // first: it says who may do what
    const auto facts = [this] {
        const auto now = administrator_.stats();
        const auto mqtt = std::find_if(conf_.listeners.begin(), conf_.listeners.end(), [](const config::listener& l) {
            return l.protocol == config::listener_protocol::mqtt && l.port != 0;
        });
        const std::uint16_t port = mqtt == conf_.listeners.end() ? std::uint16_t{0} : mqtt->port;
        std::vector<std::uint16_t> ports;
        for (const auto& l : conf_.listeners)
            if (l.port != 0 && l.protocol != config::listener_protocol::http_api) ports.push_back(l.port);
        return plugins::sensors::broker_facts{version, port, now.uptime_seconds(), now.clients_connected,
                                              std::move(ports)};
    };
    for (const auto& settings : ready.sensors) { // there is no other plugin yet
        auto made = std::make_unique<plugins::sensors::sensors>(settings, *store_, log_, facts,
                                                                static_cast<unsigned>(workers_.size()));
        sensors_.push_back(made.get());
        plugins_.add(std::move(made));
    }
    plugins_.add(std::make_unique<plugins::presence::presence>(conf_.presence_events));
    auto figures = std::make_unique<plugins::sys_topics::sys_topics>(std::chrono::seconds(conf_.sys_interval), version,
                                                                     [this] { return administrator_.stats(); });
    sys_topics_ = figures.get();
    plugins_.add(std::move(figures));
}

// What the last process left: before the workers run, and before a plugin writes to the store.
void broker::restore() {
    if (!conf_.persistence) {
        log_.notice("persistence is off: sessions, their queues and retained messages are kept in memory only.");
        return;
    }
    if (conf_.acknowledge_before_stored)
        log_.notice("acknowledge_before_stored is on: a crash loses what was acknowledged right before.");
    auto found = store_->restore([](std::string_view topic, std::string_view payload, std::uint8_t qos, bool retain) {
        return storage::loggable_ptr(topics::message::make(topic, payload, static_cast<codec::qos>(qos), retain));
    });
    log_.information("Restored {} sessions and {} retained messages; {} messages are stored.", found.sessions.size(),
                     found.retained.size(), found.messages);
    for (const auto& m : found.retained) common_.retained.set(static_cast<const topics::message*>(m.get()));
    for (auto& [number, session] : found.sessions) workers_[number % workers_.size()]->restore(std::move(session));
}

void broker::bind() {
    for (const auto& l : conf_.listeners) {
        if (l.protocol != config::listener_protocol::mqtt) continue;
        for (auto& a : net::open_acceptors(workers_[0]->context(), l, conf_, log_)) acceptors_.push_back(std::move(a));
    }
    web_.bind();
}

void broker::start() {
    for (const auto& w : workers_) w->start();
    for (const auto& a : acceptors_) start(*a);
    web_.start();
}

void broker::start(net::acceptor& a) {
    a.start([this, &l = a.settings()](net::arrival who) { administrator_.adopt(std::move(who), l, tls_.of(l)); });
}

std::vector<watchdog::thread> broker::threads() {
    std::vector<watchdog::thread> all;
    for (const auto& w : workers_)
        all.push_back({fmt::format("nj-worker-{}", w->index()), [&w](auto task) { w->post(std::move(task)); }});
    all.push_back({"nj-web", [this](auto task) { web_.post(std::move(task)); }});
    all.push_back({"nj-store", [this](auto task) { store_task_.post(*store_, std::move(task)); }});
    return all;
}

void broker::stop() {
    std::promise<void> closed;
    workers_[0]->post([&] { // the acceptors belong to its thread
        for (const auto& a : acceptors_) a->stop();
        closed.set_value();
    });
    closed.get_future().wait();
    administrator_.stop();
    web_.stop();
    for (const auto& w : workers_) w->stop_plugins().wait();
    access_->stop_threads();
    for (auto* s : sensors_) s->stop_threads();
    for (const auto& w : workers_) w->stop();
    for (const auto& w : workers_) w->join();
    store_.reset(); // commits their last batches and tells them, so before they go
}

} // namespace nightjar
