// Home Assistant's MQTT discovery: a retained message for each sensor that says where its state is. Pure.
#pragma once

#include "broker/plugins/sensors/options.hpp"
#include "storage/records.hpp"

#include <string>

namespace nightjar::plugins::sensors {

std::string state_topic_of(const options& settings, storage::sensor_id id);
std::string discovery_topic(const options& settings, storage::sensor_id id);
std::string discovery_message(const options& settings, const storage::sensor_record& sensor);
// Where Home Assistant says that it is there.
std::string birth_topic(const options& settings);

} // namespace nightjar::plugins::sensors
