// nightjarctl simulate: one or more DHT11 sensors as real MQTT clients would be.
#include "tools/nightjarctl/back_off.hpp"
#include "tools/nightjarctl/commands.hpp"
#include "tools/nightjarctl/interrupt.hpp"
#include "tools/nightjarctl/message_line.hpp"
#include "tools/nightjarctl/mqtt_client.hpp"
#include "tools/nightjarctl/output.hpp"
#include "tools/nightjarctl/simulation.hpp"
#include "tools/nightjarctl/validators.hpp"

#include <memory>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace nightjar::ctl {

namespace {

struct arguments {
    broker_address where;
    std::string mode = "continuous";
    double interval = 10, duration = 300;
    std::uint32_t seed = 0;
    int sensors = 1;
    bool as_json = false;
};

std::string device(const arguments& a, int n) { return a.sensors == 1 ? "sensor" : fmt::format("sensor{}", n + 1); }

// Publishes until it is acknowledged, over as many connections as that takes.
class sender {
  public:
    sender(const broker_address& where, bool as_json) : where_(where), as_json_(as_json) {}
    void send(const std::string& topic, const std::string& payload) {
        while (!interrupted()) {
            try {
                if (!client_) client_.emplace(where_);
                client_->publish(topic, payload, codec::qos::at_least_once, false);
                pause_.reset();
                print_line(as_json_ ? message_line({topic, payload, codec::qos::at_least_once})
                                    : fmt::format("{} {}", topic, payload));
                return;
            } catch (const std::runtime_error& e) {
                client_.reset();
                if (!interrupted()) pause_.wait_after(e.what());
            }
        }
    }
    void end() {
        if (client_) client_->disconnect();
    }

  private:
    const broker_address& where_;
    const bool as_json_;
    std::optional<mqtt_client> client_;
    back_off pause_;
};

int simulate(const arguments& a) {
    catch_interrupts();
    sender out(a.where, a.as_json);
    std::vector<room> rooms;
    rooms.reserve(static_cast<std::size_t>(a.sensors));
    for (int n = 0; n < a.sensors; ++n) rooms.emplace_back(a.seed + static_cast<std::uint32_t>(n));
    const bool alert = a.mode == "alert", once = a.mode == "once";
    const auto interval = std::chrono::milliseconds(static_cast<std::int64_t>(a.interval * 1000));
    const auto start = std::chrono::steady_clock::now();
    const auto end = start + std::chrono::milliseconds(static_cast<std::int64_t>(a.duration * 1000));
    for (int step = 0; !interrupted(); ++step) {
        for (int n = 0; n < a.sensors; ++n) {
            const auto value = alert ? alert_value(step) : rooms[static_cast<std::size_t>(n)].next();
            out.send("dht11/" + device(a, n) + "/data", value.json());
        }
        if (once || (alert && step + 1 == alert_steps)) break;
        if (!alert && std::chrono::steady_clock::now() + interval > end) break;
        rest(interval);
    }
    out.end();
    return 0;
}

} // namespace

void add_simulate(CLI::App& app, command& run) {
    auto* sub = app.add_subcommand("simulate", "play DHT11 sensors");
    const auto a = std::make_shared<arguments>();
    a->where.add_options(*sub);
    sub->add_option("--mode", a->mode, "continuous; alert: too cold and back, one incident; once (continuous)")
        ->check(CLI::IsMember({"continuous", "alert", "once"}));
    sub->add_option("--interval", a->interval, "seconds between values (10)")
        ->check(CLI::Range(0.0, 86'400.0))
        ->check(finite_number());
    sub->add_option("--duration", a->duration, "seconds in all, continuous (300)")
        ->check(CLI::Range(0.0, 1e9))
        ->check(finite_number());
    sub->add_option("--seed", a->seed, "the same seed gives the same values (0)");
    sub->add_option("--sensors", a->sensors, "how many (1)")->check(CLI::Range(1, 1000));
    sub->add_flag("--json", a->as_json, "a JSON object per value, with its topic");
    sub->callback([a, &run] { run = [a] { return simulate(*a); }; });
}

} // namespace nightjar::ctl
