// nightjarctl: the operator's tool.
#include "tools/nightjarctl/commands.hpp"
#include "tools/nightjarctl/output.hpp"
#include "version.hpp"

#include <exception>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

int main(int argc, char** argv) {
    using namespace nightjar;
    constexpr int failed = 1, usage_error = 2;
    CLI::App app{"talks to a running nightjar", "nightjarctl"};
    app.set_version_flag("--version", std::string("nightjarctl version ") + version);
    app.require_subcommand(1);
    app.footer("Exit status: 0 done, 1 refused or failed, 2 wrong command line.");
    ctl::command run;
    ctl::add_publish(app, run);
    ctl::add_listen(app, run);
    ctl::add_simulate(app, run);
    ctl::add_sensors(app, run);
    ctl::add_sensor_merge(app, run);
    ctl::add_sensor_unmerge(app, run);
    ctl::add_measurements(app, run);
    ctl::add_incidents(app, run);
    ctl::add_incident(app, run);
    ctl::add_clients(app, run);
    ctl::add_client(app, run);
    ctl::add_kick(app, run);
    ctl::add_retained(app, run);
    ctl::add_retained_delete(app, run);
    ctl::add_backup(app, run);
    ctl::add_check(app, run);
    ctl::add_export(app, run);
    ctl::add_import(app, run);
    ctl::add_tls_selfsigned(app, run);
    ctl::add_reload(app, run);
    ctl::add_alert_test(app, run);
    ctl::add_passwd(app, run);
    ctl::add_acl_test(app, run);
    ctl::add_trace(app, run);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
        return app.exit(e) == 0 ? 0 : usage_error;
    }
    try {
        const int status = run();
        ctl::flush_output();
        return status;
    } catch (const std::exception& e) {
        fmt::print(stderr, "nightjarctl: {}\n", e.what());
        return failed;
    }
}
