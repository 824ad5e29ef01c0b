#include "broker/config/reader.hpp"

#include "broker/config/adopt.hpp"
#include "broker/config/option_table.hpp"
#include "broker/config/values.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>

#include <unistd.h>

namespace nightjar::config {

namespace {

constexpr std::string_view plugin_option_prefix = "plugin_opt_";

// Reads one file line by line, and the files of include_dir when it is the main one.
class file_reader {
  public:
    explicit file_reader(load_result& result) : at_{result, {}} {
        result.conf.listeners.reserve(listeners_of_a_life); // handlers keep pointers
        result.conf.plugins.reserve(most_plugins);
    }

    void read_main(const std::string& path) { read(path, true); }
    reading& state() { return at_; }

  private:
    static constexpr std::size_t most_listeners = 256, most_plugins = 64;
    static constexpr std::size_t listeners_of_a_life = 4096; // with those that reloads bring and take away

    void read(const std::string& path, bool main) {
        std::ifstream in(path);
        if (!in || std::filesystem::is_directory(path)) {
            at_.where = {path, 0};
            return at_.report(severity::error, "Unable to open config file \"" + path + "\".");
        }
        int number = 0;
        for (std::string line; std::getline(in, line);) {
            at_.where = {path, ++number};
            if (line.empty() || line[0] == '#') continue; // a comment begins in column 1
            if (!is_utf8(line)) {
                at_.report(severity::error, "Malformed UTF-8.");
            } else if (const auto text = trim(line); !text.empty()) {
                read_line(text, main);
            }
        }
    }

    void read_line(std::string_view text, bool main) {
        const auto name = first_word(text);
        const auto value = trim(text.substr(name.size()));
        if (name == "include_dir") return include(value, main);
        if (name.starts_with(plugin_option_prefix)) return plugin_option_line(name, value);
        if (name.starts_with("auth_opt_"))
            return at_.report(severity::error, "auth_opt_*: mosquitto's plugins cannot be loaded.");
        const auto* known = find_option(name);
        if (known == nullptr) return unknown(name);
        if (at_.result.conf.listeners.size() + 1 >= most_listeners ||
            at_.result.conf.plugins.size() + 1 >= most_plugins)
            return at_.report(severity::error, "Too many listeners or plugins.");
        use(*known, value);
    }

    void use(const option& known, std::string_view value) {
        const std::string name(known.name);
        if (known.once && !seen_.insert(known.name).second)
            return at_.report(severity::error, "Duplicate \"" + name + "\" value in configuration.");
        if (known.state == support::ignored && asks_for_the_same(known, value)) return;
        if (known.state == support::ignored)
            return at_.report(severity::warning, name + " is ignored: " + std::string(known.effect) + ".");
        if (known.state == support::would_open)
            return at_.report(severity::error, name + " is not possible: " + std::string(known.effect) + ".");
        if (value.empty()) return at_.report(severity::error, "Empty \"" + name + "\" value in configuration.");
        at_.result.conf.given.insert_or_assign(name, at_.where);
        known.apply(at_, value);
    }

    static bool asks_for_the_same(const option& known, std::string_view value) {
        if (known.anyway.empty()) return false;
        if (const auto wanted = parse_bool(value); wanted && wanted == parse_bool(known.anyway)) return true;
        const auto wanted = parse_integer(value);
        return wanted && wanted == parse_integer(known.anyway);
    }

    void unknown(std::string_view name) {
        auto text = "Unknown configuration variable \"" + std::string(name) + "\".";
        if (const auto near = nearest_option(name); !near.empty())
            text += " Did you mean \"" + std::string(near) + "\"?";
        at_.report(severity::error, std::move(text));
    }

    void plugin_option_line(std::string_view name, std::string_view value) {
        if (at_.current_plugin == nullptr) // of the sensors plugin, which is there by itself
            use(*find_option("plugin"), "builtin:sensors");
        name.remove_prefix(plugin_option_prefix.size());
        at_.current_plugin->options.push_back({std::string(name), std::string(value), at_.where});
    }

    // Each file has its own current listener and plugin.
    void include(std::string_view directory, bool main) {
        if (directory.empty()) return at_.report(severity::error, "Empty \"include_dir\" value in configuration.");
        if (!main) return at_.report(severity::error, "include_dir is allowed in the main configuration file only.");
        std::vector<std::string> files;
        std::error_code error;
        for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(directory), error))
            if (entry.path().extension() == ".conf") files.push_back(entry.path().string());
        if (error)
            return at_.report(severity::error, "Unable to open include_dir \"" + std::string(directory) +
                                                   "\": " + error.message() + ".");
        std::sort(files.begin(), files.end()); // bytes: upper case first
        const auto here = at_.where;
        auto* const listener_here = at_.current;
        auto* const plugin_here = at_.current_plugin;
        for (const auto& file : files) {
            const auto before = at_.result.findings.size();
            at_.current = nullptr;
            at_.current_plugin = nullptr;
            read(file, false);
            for (auto i = before; i < at_.result.findings.size(); ++i)
                at_.result.findings[i].included_from = here.file + ":" + std::to_string(here.line);
        }
        at_.where = here;
        at_.current = listener_here;
        at_.current_plugin = plugin_here;
    }

    reading at_;
    std::set<std::string_view> seen_;
};

constexpr std::uint32_t default_levels = 0x0F; // error, warning, notice, information

std::string default_location() {
    if (::geteuid() == 0) return "/var/lib/nightjar/";
    if (const char* data = std::getenv("XDG_DATA_HOME"); data != nullptr && *data == '/')
        return std::string(data) + "/nightjar/";
    const char* home = std::getenv("HOME");
    return home != nullptr && *home != '\0' ? std::string(home) + "/.local/share/nightjar/" : "./";
}

// Nobody configured a listener: this machine only, anonymous, both address families. `like`: what listener options
// without a listener said.
void add_local_listeners(configuration& conf, const std::vector<std::uint16_t>& ports, const listener& like) {
    conf.local_only = true;
    const auto add = [&](std::uint16_t port, listener_protocol protocol) {
        for (const auto* address : {"127.0.0.1", "::1"}) {
            auto& l = conf.listeners.emplace_back(like);
            l.port = port;
            l.bind_address = address;
            if (protocol != listener_protocol::mqtt) l.protocol = protocol;
            l.optional = l.bind_address == "::1"; // a host may have no IPv6
        }
    };
    for (const auto port : ports) add(port, listener_protocol::mqtt);
    if (ports.empty()) add(1883, listener_protocol::mqtt);
    add(9001, listener_protocol::websockets);
    add(8000, listener_protocol::http_api);
}

void complete_plugins(reading& at) {
    auto& conf = at.result.conf;
    at.where = {};
    const auto named = [&](std::string_view name) {
        return std::any_of(conf.plugins.begin(), conf.plugins.end(), [&](const plugin& p) { return p.name == name; });
    };
    if (!named("builtin:sensors") && !named("builtin:none")) conf.plugins.push_back({"builtin:sensors", {}, {}});
    if (named("builtin:sensors") && named("builtin:none"))
        at.report(severity::error, "plugin builtin:none and builtin:sensors contradict each other.");
    std::erase_if(conf.plugins, [](const plugin& p) { return p.name == "builtin:none"; });
}

// What does not go together with where a listener listens.
void judge_place(reading& at, const listener& l) {
    at.where = l.where;
    if (!l.unix_path.empty() && (!l.bind_interface.empty() || l.domain != socket_domain::any))
        at.report(severity::error, "bind_interface and socket_domain are not for the unix socket " + l.unix_path + ".");
    if (l.unix_path.empty() && l.unix_mode)
        at.report(severity::error, "unix_socket_mode is for unix sockets, not for " + l.name() + ".");
    if (!l.mount_point.empty() && !l.mount_point.ends_with('/'))
        at.report(severity::warning, "mount_point " + l.mount_point +
                                         " does not end with /: it is put before topics as it is, so that a becomes " +
                                         l.mount_point + "a, and nobody can subscribe to # or +.");
    if (!l.mount_point.empty() && l.protocol == listener_protocol::http_api)
        at.report(severity::warning, "mount_point " + l.mount_point + " leaves nothing but the page's files on " +
                                         l.name() + ": REST shows all topics.");
    if (l.proxy_requires_tls && l.proxy_protocol != 2)
        at.report(severity::error, "proxy_protocol_v2_require_tls needs enable_proxy_protocol 2.");
}

// At a start the second one could not be opened; a reload would take it for the first with other options.
void judge_twice(reading& at, const std::vector<listener>& all) {
    for (auto second = all.begin(); second != all.end(); ++second) {
        const auto first = std::find_if(all.begin(), second, [&](const listener& l) {
            auto alike = l;
            alike.protocol = second->protocol;
            return same_place(alike, *second);
        });
        if (first == second) continue;
        at.where = second->where;
        at.report(severity::error, "The listener on " + second->name() + " stands here twice: first in " +
                                       first->where.file + ":" + std::to_string(first->where.line) + ".");
    }
}

// What a listener with TLS options lacks. Never a port in plain text for want of a line.
void judge_tls(reading& at, const listener& l) {
    const auto& tls = l.tls;
    if (!tls.given) return;
    at.where = tls.where;
    const auto of = " of the listener on " + l.name();
    if (tls_at_the_proxy(l)) {
        if (tls.use_subject_as_username && !tls.use_identity_as_username)
            at.report(severity::error, "use_subject_as_username" + of +
                                           " is not possible: the PROXY protocol carries the common name only.");
        return;
    }
    if (tls.certfile.empty() && tls.keyfile.empty())
        at.report(severity::error, "The TLS options" + of + " need certfile and keyfile.");
    else if (tls.certfile.empty())
        at.report(severity::error, "The keyfile" + of + " needs a certfile.");
    else if (tls.keyfile.empty())
        at.report(severity::error, "The certfile" + of + " needs a keyfile.");
    if (tls.require_certificate && tls.cafile.empty() && tls.capath.empty())
        at.report(severity::error, "require_certificate" + of + " needs a cafile or capath.");
    if (!tls.require_certificate && tls.names_users())
        at.report(severity::warning, "Nobody can log in: use_identity_as_username and use_subject_as_username" + of +
                                         " need require_certificate true.");
    if (!tls.require_certificate && !tls.crlfile.empty())
        at.report(severity::warning, "crlfile" + of + " has no effect without require_certificate true.");
}

void judge_unplaced(reading& at, bool configured) {
    if (!configured || at.default_listener != nullptr) return;
    if (!at.guard_unplaced.empty()) {
        at.where = at.guard_where;
        at.report(severity::error,
                  at.guard_unplaced + " stands below the listener that it is for; above this one there is none.");
    }
    if (!at.unplaced.tls.given) return;
    at.where = at.unplaced.tls.where;
    at.report(severity::error, "TLS options stand below the listener that they are for; above this one there is none.");
}

void judge_access(reading& at, bool configured) {
    auto& conf = at.result.conf;
    at.where = {};
    if (!configured) {
        if (!at.allow_anonymous_seen) conf.allow_anonymous = true;
        return;
    }
    const auto open = [&](const listener& l) {
        return l.allow_anonymous.value_or(conf.allow_anonymous) || !security_of(conf, l).password_file.empty() ||
               l.tls.names_users();
    };
    if (std::none_of(conf.listeners.begin(), conf.listeners.end(), open))
        at.report(severity::warning, "Nobody can log in: allow_anonymous is false (the default once a listener is "
                                     "configured) and there is no password_file.");
    const auto on_1883 = [](const listener& l) { return l.port == 1883; };
    if (std::none_of(conf.listeners.begin(), conf.listeners.end(), on_1883))
        at.report(severity::notice, "no listener on port 1883");
}

} // namespace

bool load_result::ok() const {
    return std::none_of(findings.begin(), findings.end(), [](const finding& f) { return f.level == severity::error; });
}

void warn_of_open_listeners(const configuration& conf, std::vector<finding>& findings) {
    const auto only_here = [](const listener& l) {
        const auto& address = l.bind_address;
        return !l.unix_path.empty() || address == "localhost" || address == "::1" || address.starts_with("127.");
    };
    if (conf.local_only) return;
    for (const auto& l : conf.listeners)
        if (!only_here(l) && !l.tls.require_certificate && l.allow_anonymous.value_or(conf.allow_anonymous))
            findings.push_back({severity::warning,
                                "Whoever reaches " + l.name() + " gets in without a name: allow_anonymous is true.",
                                l.where,
                                {}});
}

load_result load(const load_options& options) {
    load_result result;
    auto& conf = result.conf;
    conf.persistence = options.file.empty(); // mosquitto's default for a conf file is false
    conf.log.levels = default_levels;
    conf.log.destinations = {{log_destination_kind::standard_error, {}}};
    file_reader reader(result);
    if (!options.file.empty()) reader.read_main(options.file);
    const bool configured = !conf.listeners.empty();
    if (!configured) add_local_listeners(conf, options.ports, reader.state().unplaced);
    complete_plugins(reader.state());
    for (std::size_t i = 0; i < conf.listeners.size(); ++i) conf.listeners[i].realm = static_cast<unsigned>(i + 1);
    for (const auto& l : conf.listeners) judge_tls(reader.state(), l);
    for (const auto& l : conf.listeners) judge_place(reader.state(), l);
    if (configured) judge_twice(reader.state(), conf.listeners);
    judge_unplaced(reader.state(), configured);
    judge_access(reader.state(), configured);
    if (options.verbose) conf.log.levels = 0xFF;
    if (options.quiet) conf.log.destinations.clear();
    if (conf.persistence_location.empty()) {
        const char* location = std::getenv("MOSQUITTO_PERSISTENCE_LOCATION");
        conf.persistence_location = location != nullptr && *location != '\0' ? location
                                    : options.file.empty()                   ? default_location()
                                                                             : "./";
        if (!conf.persistence_location.ends_with('/')) conf.persistence_location += '/';
    }
    return result;
}

std::string sentence(std::string words) {
    if (!words.empty()) words[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(words[0])));
    if (!words.ends_with('.')) words += '.';
    return words;
}

std::string format_finding(const finding& f) {
    const char* kind = f.level == severity::error ? "Error" : f.level == severity::warning ? "Warning" : "Notice";
    auto text = std::string(kind) + ": " + f.text;
    if (!f.where.file.empty()) {
        text += std::string("\n ") + kind + " found at " + f.where.file;
        text += f.where.line > 0 ? ":" + std::to_string(f.where.line) + "." : "."; // 0: the file as a whole
        if (!f.included_from.empty()) text += "\n " + std::string(kind) + " found at " + f.included_from + ".";
    }
    return text;
}

} // namespace nightjar::config
