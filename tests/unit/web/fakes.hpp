// A broker and stored tables that hold what a test puts into them, and an application on top of both.
#pragma once

#include "broker/admin/administrator.hpp"
#include "broker/codec/topic.hpp"
#include "web/application.hpp"

#include <algorithm>
#include <future>
#include <map>
#include <mutex>
#include <semaphore>
#include <set>
#include <thread>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

namespace nightjar::web::test {

class fake_administrator : public admin::administrator {
  public:
    // What publish() answers, on a thread of its own like a worker; nothing: no answer at all.
    std::optional<admin::publish_result> publish_answer = admin::publish_result{};
    std::vector<admin::publish_request> published;
    std::counting_semaphore<> publishes{0}; // one for each of them, for those who wait on another thread
    std::map<std::string, std::string> plugin_pages;
    admin::statistics statistics;
    std::map<std::string, std::string> retained_messages; // by topic
    struct adoption {
        net::secure_socket socket;
        admin::upgrade_request request;
        std::string read_ahead;
        const config::listener* listener;
    };
    std::promise<adoption> adopted;

    ~fake_administrator() override {
        for (auto& worker : workers_) worker.join();
    }
    void publish(admin::publish_request message, std::function<void(admin::publish_result)> done) override {
        published.push_back(std::move(message));
        publishes.release();
        if (publish_answer) workers_.emplace_back([done = std::move(done), answer = *publish_answer] { done(answer); });
    }
    void admit(admin::visitor who, std::string, std::function<void(admin::admission)> done) override {
        visitors.push_back(who);
        const bool open = who.listener->allow_anonymous.value_or(anonymous);
        const bool known = who.user_name == "ann" && who.password == "secret";
        done(known || (open && who.user_name.empty()) ? admission_of_known : admin::admission::wants_login);
    }
    bool anonymous = true;
    admin::admission admission_of_known = admin::admission::granted;
    std::vector<admin::visitor> visitors;
    void judge(admin::visitor, plugin::access what, std::vector<std::string> topics,
               std::function<void(std::vector<bool>)> done) override {
        std::vector<bool> verdicts;
        for (const auto& topic : topics) verdicts.push_back(!forbidden.contains({what, topic}));
        done(std::move(verdicts));
    }
    std::set<std::pair<plugin::access, std::string>> forbidden;
    std::optional<plugin::explanation> explain(const plugin::client& who, plugin::question what,
                                               std::string_view topic) const override {
        if (topic != "known") return std::nullopt;
        return plugin::explanation{what == plugin::question::read,
                                   "line",
                                   std::string(who.user_name).append("/").append(who.client_id),
                                   "acl",
                                   static_cast<int>(who.realm),
                                   "topic read known"};
    }
    admin::statistics stats() const override { return statistics; }
    void clients(plugin::client_query query, std::function<void(std::vector<plugin::client_page>)> done) override {
        asked_clients = std::move(query);
        done(client_pages);
    }
    std::optional<plugin::client_query> asked_clients;
    std::vector<plugin::client_page> client_pages;
    void client(plugin::client_key key, std::function<void(std::optional<plugin::client_details>)> done) override {
        const auto found = known_clients.find(key.client_id);
        done(found == known_clients.end() ? std::nullopt : std::optional(found->second));
    }
    std::map<std::string, plugin::client_details> known_clients;
    void kick(plugin::client_key key, bool discard, std::function<void(plugin::kick_result)> done) override {
        kicked.emplace_back(std::move(key), discard);
        done(kick_answer);
    }
    std::vector<std::pair<plugin::client_key, bool>> kicked;
    plugin::kick_result kick_answer = plugin::kick_result::done;
    std::vector<retained_message> retained(std::string_view filter) const override {
        std::vector<retained_message> found;
        for (const auto& [topic, payload] : retained_messages)
            if (codec::topic_matches(filter, topic)) found.push_back({topic, payload});
        return found;
    }
    void find_retained(admin::visitor, plugin::access right, plugin::retained_query query,
                       std::function<void(plugin::retained_page)> done) override {
        asked_retained = {right, std::move(query)};
        done(retained_answer);
    }
    std::pair<plugin::access, plugin::retained_query> asked_retained;
    plugin::retained_page retained_answer;
    void forget_retained(admin::visitor, std::vector<std::string> topics,
                         std::function<void(plugin::forget_result)> done) override {
        forgotten.insert(forgotten.end(), topics.begin(), topics.end());
        done(forget_answer);
    }
    std::vector<std::string> forgotten;
    plugin::forget_result forget_answer;
    void adopt_websocket(net::secure_socket socket, admin::upgrade_request request, std::string read_ahead,
                         net::arrival /*who*/, const config::listener& listener) override {
        adopted.set_value({std::move(socket), std::move(request), std::move(read_ahead), &listener});
    }
    void reload(std::function<void(admin::reload_outcome)> done) override { done(reload_answer); }
    admin::reload_outcome last_reload() const override { return reload_answer; }
    admin::reload_outcome reload_answer;
    std::unique_ptr<trace::follower> follow(trace::wish what) override {
        {
            const std::scoped_lock lock(wishes_mutex_);
            wishes_.push_back(what);
        }
        return traces.follow(std::move(what));
    }
    std::vector<trace::wish> wishes() const {
        const std::scoped_lock lock(wishes_mutex_);
        return wishes_;
    }
    trace::hub traces;
    std::optional<plugin::http_answer> http(const plugin::http_request& what) override {
        const auto page = plugin_pages.find(std::string(what.method) + ' ' + std::string(what.path));
        if (page == plugin_pages.end()) return std::nullopt;
        return plugin::http_answer{200, page->second};
    }
    std::string_view version() const override { return "0.1.0"; }

  private:
    mutable std::mutex wishes_mutex_; // guards wishes_
    std::vector<trace::wish> wishes_;
    std::vector<std::thread> workers_;
};

struct fake_sensors : storage::sensors {
    std::vector<storage::sensor_record> rows;
    std::vector<storage::sensor_record> all() const override { return rows; }
    std::optional<storage::sensor_record> find(storage::sensor_id id) const override {
        for (const auto& row : rows)
            if (row.id == id) return row;
        return std::nullopt;
    }
};

struct fake_incidents : storage::incidents {
    std::vector<storage::incident_record> rows; // ascending id
    std::vector<storage::incident_record> list(const storage::incident_query& what) const override {
        std::vector<storage::incident_record> found;
        for (auto row = rows.rbegin(); row != rows.rend() && found.size() < what.limit; ++row)
            if ((!what.status || row->status == *what.status) && (!what.sensor || row->sensor == *what.sensor) &&
                (!what.before || row->id < *what.before))
                found.push_back(*row);
        return found;
    }
    std::optional<storage::incident_record> find(storage::incident_id id) const override {
        for (const auto& row : rows)
            if (row.id == id) return row;
        return std::nullopt;
    }
    storage::incident_id last_id() const override { return rows.empty() ? 0 : rows.back().id; }
    std::vector<storage::incident_step> history(storage::incident_id id) const override {
        std::vector<storage::incident_step> found;
        for (const auto& step : steps)
            if (step.incident == id) found.push_back(step);
        return found;
    }
    std::vector<storage::incident_step> steps;
};

struct fake_measurements : storage::measurement_log {
    std::vector<storage::stored_measurement> rows; // ascending id
    std::size_t rows_in_budget = 3;                // then a query is out of time
    bool broken = false;

    storage::measurement_page query(const storage::measurement_query& what, std::chrono::milliseconds) const override {
        if (broken) throw std::system_error(std::make_error_code(std::errc::io_error), "measurements");
        std::vector<storage::stored_measurement> fitting;
        for (const auto& row : rows) {
            if (what.sensor && row.sensor != *what.sensor) continue;
            if ((what.from_ms && row.time_ms() < *what.from_ms) || (what.to_ms && row.time_ms() > *what.to_ms))
                continue;
            if (what.before && (what.ascending ? row.id <= *what.before : row.id >= *what.before)) continue;
            fitting.push_back(row);
        }
        if (!what.ascending) std::reverse(fitting.begin(), fitting.end());
        storage::measurement_page page;
        const auto count = std::min(what.limit, rows_in_budget);
        page.out_of_time = count < what.limit && fitting.size() > count;
        if (fitting.size() > count) {
            fitting.resize(count);
            page.next = fitting.back().id;
        }
        page.rows = std::move(fitting);
        return page;
    }
    std::optional<storage::stored_measurement> last(storage::sensor_id sensor) const override {
        return summary(sensor).last;
    }
    storage::sensor_summary summary(storage::sensor_id sensor) const override {
        storage::sensor_summary result;
        for (const auto& row : rows) {
            if (row.sensor != sensor) continue;
            if (result.count++ == 0) result.first = row;
            result.last = row;
        }
        return result;
    }
    storage::time_extent extent(storage::sensor_id sensor) const override {
        storage::time_extent result;
        for (const auto& row : rows)
            if (row.sensor == sensor) result.widen(row.time_ms(), row.time_ms());
        return result;
    }
    // A row a call, so that whoever asks has to go on.
    void read(storage::series& what, std::chrono::milliseconds) const override {
        const auto from = what.next.value_or(0);
        for (const auto& row : rows) {
            if (row.id < from || row.sensor != what.sensor) continue;
            if (row.time_ms() >= what.from_ms && row.time_ms() < what.to_ms())
                what.steps[static_cast<std::size_t>((row.time_ms() - what.from_ms) / what.step_ms)].add(row.value);
            what.next = row.id + 1;
            return;
        }
        what.complete = true;
    }
    std::uint64_t count() const override { return rows.size(); }
};

// The whole of it. Options may be changed before the first ask().
struct fixture {
    config::configuration conf;
    fake_administrator admin;
    fake_sensors sensors;
    fake_incidents incidents;
    fake_measurements measurements;
    log::logger log;
    server_options options;
    static_table page;

    fixture() {
        conf.allow_anonymous = true;
        conf.listeners.resize(1);
        conf.listeners[0].bind_address = "127.0.0.1";
        conf.listeners[0].protocol = config::listener_protocol::websockets;
        options.publish_deadline = std::chrono::milliseconds(200);
    }
    tables stored() const { return {sensors, incidents, measurements}; }

    request make(std::string method, std::string_view target, std::string body = {}) const {
        request what;
        what.method = std::move(method);
        const auto question = target.find('?');
        what.path = target.substr(0, question);
        if (question != std::string_view::npos) what.query = target.substr(question + 1);
        what.body = std::move(body);
        what.host = "localhost:9001";
        what.address = "127.0.0.1";
        what.listener = &conf.listeners[0];
        what.bound_to_loopback = true;
        return what;
    }
    application::site_of the_page() const {
        return [this](const config::listener&) {
            return std::shared_ptr<const static_table>(std::shared_ptr<void>(), &page);
        };
    }
    response ask(request what) {
        application app(conf, admin, stored(), log, options, the_page());
        boost::asio::io_context context{1};
        std::optional<response> received;
        boost::asio::co_spawn(context, app.respond(what), [&](std::exception_ptr fault, response answer) {
            if (fault) std::rethrow_exception(fault);
            received = std::move(answer);
        });
        context.run();
        return std::move(received.value());
    }
    response ask(std::string method, std::string_view target, std::string body = {}) {
        return ask(make(std::move(method), target, std::move(body)));
    }
};

inline std::string field(const response& answer, std::string_view name) {
    for (const auto& [key, value] : answer.fields)
        if (key == name) return value;
    return {};
}

} // namespace nightjar::web::test
