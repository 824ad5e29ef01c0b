// The subcommands of nightjarctl. Each adds itself to the command line and sets `run` when it was chosen; run() gives
// the exit status: 0 done, 1 refused or failed, 2 asked wrongly. What fails throws std::runtime_error with a sentence
// for the operator.
#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace nightjar::ctl {

using command = std::function<int()>;

void add_publish(CLI::App& app, command& run);
void add_listen(CLI::App& app, command& run);
void add_simulate(CLI::App& app, command& run);
void add_sensors(CLI::App& app, command& run);
void add_sensor_merge(CLI::App& app, command& run);
void add_sensor_unmerge(CLI::App& app, command& run);
void add_measurements(CLI::App& app, command& run);
void add_backup(CLI::App& app, command& run);
void add_check(CLI::App& app, command& run);
void add_import(CLI::App& app, command& run);
void add_export(CLI::App& app, command& run);
void add_tls_selfsigned(CLI::App& app, command& run);
void add_alert_test(CLI::App& app, command& run);
void add_reload(CLI::App& app, command& run);
void add_passwd(CLI::App& app, command& run);
void add_acl_test(CLI::App& app, command& run);
void add_trace(CLI::App& app, command& run);

void add_incidents(CLI::App& app, command& run);
void add_incident(CLI::App& app, command& run);

void add_clients(CLI::App& app, command& run);
void add_client(CLI::App& app, command& run);
void add_kick(CLI::App& app, command& run);
void add_retained(CLI::App& app, command& run);
void add_retained_delete(CLI::App& app, command& run);

} // namespace nightjar::ctl
