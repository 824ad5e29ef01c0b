#include "broker/config/command_line.hpp"

#include "broker/config/option_list.hpp"
#include "version.hpp"

#include <CLI/CLI.hpp>

namespace nightjar::config {

namespace {
constexpr int usage_error = 3; // as mosquitto
constexpr std::size_t most_ports = 10;
} // namespace

command_line parse_command_line(int argc, const char* const* argv) {
    command_line line;
    bool list = false;
    CLI::App app{"nightjar: an MQTT broker that keeps what it hears", "nightjar"};
    app.add_option("-c,--config-file", line.options.file, "configuration file, mosquitto.conf syntax")
        ->take_last()
        ->check([](const std::string& file) { return std::string(file.empty() ? "the file has no name" : ""); });
    app.add_option("-p,--port", line.options.ports,
                   "listen on this port, loopback only; up to ten times; ignored if the configuration has listeners")
        ->check(CLI::Range(1, 65'535))
        ->allow_extra_args(false);
    app.add_flag("-d,--daemon", line.daemonize, "run in the background");
    app.add_flag("-v,--verbose", line.options.verbose, "log everything, as log_type all");
    app.add_flag("-q,--quiet", line.options.quiet, "log nothing");
    app.add_flag("--test-config", line.test_config, "read the configuration, say what is wrong with it, and end");
    app.add_flag("--list-options", list,
                 "print every option of the configuration with what this version does with it, and end");
    app.set_version_flag("--version", std::string("nightjar version ") + version);
    app.footer(
        "Without -c it listens on loopback only: MQTT on 1883, WebSockets and page on 9001, page and REST on 8000.\n"
        "Exit status: 0 clean end, 1 could not start, 3 wrong configuration or command line.\n"
        "Signals: TERM, INT end in order; HUP reads the configuration again; RTMIN reopens log files.");
    try {
        app.parse(argc, argv);
        if (line.options.ports.size() > most_ports) throw CLI::ValidationError("-p", "at most ten ports");
        if (list) {
            line.exit_status = 0;
            line.text = list_options();
        }
    } catch (const CLI::ParseError& e) {
        std::ostringstream out, err;
        const bool wrong = app.exit(e, out, err) != 0;
        line.exit_status = wrong ? usage_error : 0;
        line.text = wrong ? "Error: " + err.str() : out.str();
    }
    return line;
}

} // namespace nightjar::config
