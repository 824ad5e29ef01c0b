// The sensors plugin without a broker: a host that keeps what the plugin hands it, a clock that stands still, options
// as a conf file gives them, and a store of its own.
#pragma once

#include "broker/plugins/sensors/sensors.hpp"
#include "storage/write_batch.hpp"
#include "tests/unit/storage/fixture.hpp"

#include <initializer_list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

namespace nightjar::plugins::sensors::test {

constexpr std::int64_t noon_ms = 1'769'612'875'000; // 2026-01-28T15:07:55Z
inline const std::string noon = "2026-01-28T15:07:55Z";

struct message {
    std::string topic, payload;
    codec::qos qos;
    bool retain;
};

struct fake_host final : plugin::host {
    explicit fake_host(unsigned worker = 0) : index(worker) {}
    unsigned worker_index() const override { return index; }
    std::int64_t now_us() const override { return now_ms * 1000; }
    std::int64_t steady_ms() const override { return now_steady_ms; }
    storage::write_batch& batch() override { return rows; }
    std::function<void(nightjar::plugin::connect_verdict)> answer_later() override { return {}; }
    void publish(codec::bytes topic, codec::bytes payload, codec::qos qos, bool retain) override {
        sent.push_back({std::string(topic), std::string(payload), qos, retain});
    }
    // What was published to a topic since the last take().
    std::vector<message> to(std::string_view topic) const {
        std::vector<message> some;
        for (const auto& m : sent)
            if (m.topic == topic) some.push_back(m);
        return some;
    }

    unsigned index;
    std::int64_t now_ms = noon_ms, now_steady_ms = 1'000'000;
    storage::write_batch rows;
    std::vector<message> sent;
};

struct log_lines final : log::sink {
    explicit log_lines(std::vector<std::string>& to) : lines(to) {}
    void write(log::level, std::string_view line) override { lines.emplace_back(line); }
    std::vector<std::string>& lines;
};

struct quiet_log {
    quiet_log() {
        config::logging settings; // no destination but the vector
        settings.levels = ~0U;
        logger.configure(settings);
        logger.add_sink(std::make_unique<log_lines>(lines));
    }
    std::vector<std::string> lines;
    log::logger logger;
};

using option_lines = std::initializer_list<std::pair<const char*, const char*>>;

// The lines of a.conf, `plugin builtin:sensors` being the first.
inline config::plugin conf(option_lines lines) {
    config::plugin result{"builtin:sensors", {}, {"a.conf", 1}};
    for (const auto& [key, value] : lines)
        result.options.push_back({key, value, {"a.conf", static_cast<int>(result.options.size()) + 2}});
    return result;
}

inline options good_options(option_lines lines) {
    std::vector<config::finding> findings;
    auto result = read_options(conf(lines), findings);
    for (const auto& f : findings) BOOST_ERROR(f.text);
    return result;
}

// The plugin on two workers of a broker.
class broker {
  public:
    explicit broker(option_lines lines = {}) : settings_(good_options(lines)) { start(); }

    // A clean end and a new process; what was not committed is lost.
    void restart() {
        plugin.reset();
        store.reset();
        first.rows = second.rows = {};
        first.sent.clear();
        start();
    }
    plugin::publish_outcome publish(std::string_view topic, std::string_view payload,
                                    plugin::ingest_report* report = nullptr) {
        return publish_on(first, topic, payload, report);
    }
    plugin::publish_outcome publish_on(fake_host& worker, std::string_view topic, std::string_view payload,
                                       plugin::ingest_report* report = nullptr) {
        const auto tag = plugin->interest(topic);
        if (!tag) return plugin::publish_outcome::pass;
        return plugin->on_publish(worker,
                                  {{topic, payload, codec::qos::at_least_once, false, false, 1}, {}, *tag, report});
    }
    // Why a payload is refused; empty: it is not.
    std::string refusal(std::string_view topic, std::string_view payload) {
        plugin::ingest_report report;
        publish(topic, payload, &report);
        return report.rejected;
    }
    void commit() {
        BOOST_REQUIRE(!writer.commit(*store, std::exchange(first.rows, {})));
        BOOST_REQUIRE(!writer.commit(*store, std::exchange(second.rows, {})));
    }
    std::string page(std::string_view path) const {
        const auto answer = plugin->on_http({"GET", path, {}, {}});
        return answer ? answer->body : "none";
    }

    quiet_log log;
    fake_host first{0}, second{1};
    storage::test::directory where;
    storage::test::writer writer;
    std::unique_ptr<storage::store> store;
    std::unique_ptr<sensors> plugin;

  private:
    void start() {
        store = storage::test::open(where);
        plugin = std::make_unique<sensors>(
            settings_, *store, log.logger,
            [] {
                return broker_facts{"1.2.3", 1883, 123, 7};
            },
            2);
        plugin->start(first);
        plugin->start(second);
    }
    options settings_;
};

} // namespace nightjar::plugins::sensors::test
