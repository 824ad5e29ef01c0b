#include "tools/benchmarks/load/alerts.hpp"

#include "broker/codec/encode.hpp"

#include <optional>
#include <stdexcept>

#include <fmt/format.h>
#include <poll.h>

namespace nightjar::bench {

namespace {

constexpr int patience_ms = 5'000;

// The next alert of a sensor of ours.
class alert_reader {
  public:
    explicit alert_reader(const settings& s) : client_(s.where, role::subscriber, 0, s.name + "-alerts") {
        client_.subscribe("dht11/alerts", 1);
    }

    void expect(int sensor, std::string_view type) {
        for (came_.reset(); !came_;) {
            pollfd p{client_.fd(), POLLIN, 0};
            if (::poll(&p, 1, patience_ms) <= 0) throw std::runtime_error("an alert did not come");
            client_.read([this](unsigned first, std::string_view body) { on_packet(first, body); });
            while (client_.flush()) {}
        }
        if (came_->find(fmt::format(R"("sensor":{},)", sensor)) == std::string::npos ||
            came_->find(fmt::format(R"("alert_type":"{}")", type)) == std::string::npos)
            throw std::runtime_error("another alert came: " + *came_);
    }

  private:
    void on_packet(unsigned first, std::string_view body) {
        if (first >> 4 != 3) return;
        const auto topic =
            static_cast<std::size_t>(static_cast<unsigned char>(body[0]) << 8 | static_cast<unsigned char>(body[1]));
        const bool with_id = (first & 6) != 0;
        if (with_id) { // PUBACK
            const char answer[] = {0x40, 2, body[2 + topic], body[3 + topic]};
            client_.out.append(answer, sizeof answer);
        }
        const auto payload = body.substr(2 + topic + (with_id ? 2 : 0));
        if (payload.find(fmt::format(R"("type":"{}")", alert_type)) != std::string_view::npos) came_.emplace(payload);
    }

    client client_;
    std::optional<std::string> came_;
};

} // namespace

std::string time_alerts(const settings& s) {
    client publisher(s.where, role::publisher, 0, s.name + "-alerting");
    alert_reader alerts(s);
    latencies times;
    for (int i = 0; i < s.count; ++i) {
        const int sensor = alert_first_sensor + i % s.sensors;
        const bool opens = i / s.sensors % 2 == 0; // each goes out, then each comes back
        const auto payload =
            fmt::format(R"({{"sensor_id":{},"type":"{}","value":{},"unit":"V"}})", sensor, alert_type, opens ? 99 : 1);
        codec::append_publish(publisher.out,
                              {"iot/measurements", payload, codec::qos::at_least_once, false, false,
                               static_cast<codec::packet_id>(i % 65'535 + 1)},
                              codec::protocol_version::v3_1_1);
        const auto sent = now_ns();
        while (publisher.flush()) {}
        alerts.expect(sensor, opens ? "created" : "closed");
        times.add(now_ns() - sent);
        publisher.read([](unsigned, std::string_view) {}); // PUBACKs, if any have come
    }
    return fmt::format("{{\"alerts\":{},\"p50_us\":{:.1f},\"p99_us\":{:.1f},\"longest_us\":{:.1f}}}", s.count,
                       times.percentile_us(0.5), times.percentile_us(0.99), times.longest_us());
}

} // namespace nightjar::bench
