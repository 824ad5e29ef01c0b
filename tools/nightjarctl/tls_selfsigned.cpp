// nightjarctl tls-selfsigned: certificates for a network of one's own, and the lines to use them.
#include "broker/text/json_writer.hpp"
#include "tools/nightjarctl/certificate_maker.hpp"
#include "tools/nightjarctl/commands.hpp"

#include <algorithm>
#include <optional>
#include <stdexcept>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <unistd.h>

namespace nightjar::ctl {

namespace {

namespace fs = std::filesystem;

struct arguments {
    std::string directory;
    std::vector<std::string> names, clients;
    int days = 825; // the most that Apple's systems accept of a server
    bool as_json = false;
};

std::string own_host_name() {
    char name[256] = {};
    return ::gethostname(name, sizeof name - 1) == 0 ? name : "";
}

std::vector<std::string> with_usual_names(std::vector<std::string> names) {
    for (const auto& usual : {std::string("localhost"), std::string("127.0.0.1"), std::string("::1"), own_host_name()})
        if (!usual.empty() && std::find(names.begin(), names.end(), usual) == names.end()) names.push_back(usual);
    return names;
}

// The authority that is there already, so that a client can be added later, or a new one.
certificate authority_in(const fs::path& directory, int days) {
    if (fs::exists(directory / "ca.crt")) return {directory / "ca.crt", directory / "ca.key"};
    certificate made(certificate::role::authority, "nightjar CA of " + own_host_name(), {}, days * 4, nullptr);
    made.write(directory / "ca.crt", directory / "ca.key");
    return made;
}

void print_use(const fs::path& directory, const std::string& name, const std::vector<std::string>& clients) {
    const auto in = [&](const char* file) { return (directory / file).string(); };
    fmt::print("# For the conf file:\n"
               "listener 8883\n"
               "certfile {}\n"
               "keyfile {}\n",
               in("server.crt"), in("server.key"));
    if (!clients.empty())
        fmt::print("cafile {}\n"
                   "require_certificate true\n"
                   "use_identity_as_username true\n",
                   in("ca.crt"));
    std::string own;
    if (!clients.empty())
        own = fmt::format(" --cert {} --key {}", in((clients[0] + ".crt").c_str()), in((clients[0] + ".key").c_str()));
    fmt::print("\n# To see that it works (clients need ca.crt, never ca.key):\n"
               "mosquitto_sub -h {} -p 8883 --cafile {}{} -t '#' -v\n",
               name, in("ca.crt"), own);
}

void print_json(const fs::path& directory, const std::vector<std::string>& clients) {
    const auto in = [&](const std::string& file) { return (directory / file).string(); };
    text::json_writer out;
    out.begin_object().field("cafile", in("ca.crt")).field("certfile", in("server.crt"));
    out.field("keyfile", in("server.key")).key("clients").begin_array();
    for (const auto& client : clients)
        out.begin_object()
            .field("name", client)
            .field("certfile", in(client + ".crt"))
            .field("keyfile", in(client + ".key"))
            .end_object();
    fmt::print("{}\n", out.end_array().end_object().text());
}

int make(const arguments& a) {
    for (const auto& client : a.clients)
        if (client.empty() || client.find('/') != std::string::npos || client == "ca" || client == "server")
            throw std::runtime_error("\"" + client + "\" cannot be the name of a client's files");
    fs::create_directories(a.directory);
    const auto directory = fs::absolute(a.directory).lexically_normal();
    const bool first = !fs::exists(directory / "ca.crt");
    if (!first && a.clients.empty())
        throw std::runtime_error((directory / "ca.crt").string() + " exists; --client NAME adds a client to it");
    const auto authority = authority_in(directory, a.days);
    const auto names = with_usual_names(a.names);
    if (first)
        certificate(certificate::role::server, names[0], names, a.days, &authority)
            .write(directory / "server.crt", directory / "server.key");
    for (const auto& client : a.clients)
        certificate(certificate::role::client, client, {}, a.days, &authority)
            .write(directory / (client + ".crt"), directory / (client + ".key"));
    a.as_json ? print_json(directory, a.clients) : print_use(directory, names[0], a.clients);
    return 0;
}

} // namespace

void add_tls_selfsigned(CLI::App& app, command& run) {
    auto* sub =
        app.add_subcommand("tls-selfsigned", "makes an authority and a server certificate, prints how to use them");
    const auto a = std::make_shared<arguments>();
    sub->add_option("DIR", a->directory, "where they go; an authority that is there is used again")->required();
    sub->add_option("--name", a->names, "what clients call this host, besides localhost and its own name; repeatable");
    sub->add_option("--client", a->clients, "also a certificate for this client; repeatable");
    sub->add_option("--days", a->days, "how long they count")->check(CLI::Range(1, 3650))->capture_default_str();
    sub->add_flag("--json", a->as_json, "the files' names as a JSON object");
    sub->callback([a, &run] { run = [a] { return make(*a); }; });
}

} // namespace nightjar::ctl
