// The values of a simulated DHT11. Pure: the same seed gives the same values.
#pragma once

#include <cstdint>
#include <random>
#include <string>

namespace nightjar::ctl {

struct dht11_value {
    double temperature = 0, humidity = 0;
    std::string json() const;
};

// A room: temperature and humidity wander inside the default thresholds.
class room {
  public:
    explicit room(std::uint32_t seed);
    dht11_value next();

  private:
    double step(double value, double width, double low, double high);
    std::mt19937 random_;
    double temperature_ = 21, humidity_ = 50;
};

inline constexpr int alert_steps = 12;
// A heater that breaks down: the temperature falls below 5 degrees and comes back, in `alert_steps` values. It crosses
// the threshold once each way.
dht11_value alert_value(int step);

} // namespace nightjar::ctl
