#include "tools/nightjarctl/simulation.hpp"

#include "broker/text/json_writer.hpp"

#include <algorithm>
#include <cmath>

namespace nightjar::ctl {

namespace {
double tenths(double value) { return std::round(value * 10) / 10; }
} // namespace

std::string dht11_value::json() const {
    text::json_writer out;
    out.begin_object().field("temperature", temperature).field("humidity", humidity);
    return out.end_object().take();
}

room::room(std::uint32_t seed) : random_(seed) {}

// Not std::uniform_real_distribution: its values may differ between libraries.
double room::step(double value, double width, double low, double high) {
    const double unit = static_cast<double>(random_()) / 4'294'967'295.0;
    return std::clamp(value + (unit - 0.5) * width, low, high);
}

dht11_value room::next() {
    temperature_ = step(temperature_, 0.8, 16, 28);
    humidity_ = step(humidity_, 2, 35, 65);
    return {tenths(temperature_), tenths(humidity_)};
}

dht11_value alert_value(int step) {
    constexpr double temperatures[alert_steps] = {20, 16, 12, 8, 4, 1, 0, 2, 6, 11, 16, 20};
    return {temperatures[std::clamp(step, 0, alert_steps - 1)], 50};
}

} // namespace nightjar::ctl
