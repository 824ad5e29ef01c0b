// Workloads that empty what the broker has kept: a retained tree, and the queues of many sessions.
#pragma once

#include "tools/benchmarks/load/workloads.hpp"

#include <string>

namespace nightjar::bench {

// Subscribes to "#" and waits for settings.count retained messages. JSON: messages per second.
std::string drain_retained(const settings& s);

// settings.pairs persistent sessions subscribe to one topic and leave; settings.count QoS 1 messages are published; all
// sessions come back and acknowledge everything. JSON: memory per queued message, messages per second.
std::string resume_sessions(const settings& s);

} // namespace nightjar::bench
