// nightjarctl acl-test: what an ACL file says of one client and one topic, and which of its lines says it. Asks no
// broker.
#include "broker/plugins/acl_file/acl_file.hpp"
#include "broker/text/json_writer.hpp"
#include "tools/nightjarctl/commands.hpp"

#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace nightjar::ctl {

namespace {

namespace acl_file = plugins::acl_file;
using acl_file::reason;

constexpr int allowed = 0, denied = 1, cannot_tell = 2;

struct arguments {
    std::string file, user, client, access, topic;
    bool json = false;
};

std::string_view name_of(reason why) {
    switch (why) {
    case reason::line: return "line";
    case reason::no_line: return "no_line";
    case reason::reserved_topic: return "reserved_topic";
    case reason::wildcard_name: return "wildcard_name";
    }
    return {};
}

std::string sentence(const arguments& a, const acl_file::decision& d) {
    switch (d.why) {
    case reason::line: return fmt::format("{} by {}:{}: {}", d.allowed ? "allowed" : "denied", a.file, d.line, d.text);
    case reason::no_line: break;
    case reason::reserved_topic: return "denied: no ACL can open this topic to clients";
    case reason::wildcard_name:
        return fmt::format("denied: no line of its own list in {} allows it, and patterns do not count for a user name "
                           "or client id with + or #",
                           a.file);
    }
    return fmt::format("denied: no line of {} allows it", a.file);
}

std::string json(const arguments& a, const acl_file::decision& d) {
    text::json_writer out;
    out.begin_object().field("allowed", d.allowed).field("reason", name_of(d.why)).field("file", a.file);
    out.key("line");
    d.line != 0 ? out.value(d.line) : out.null();
    out.key("text");
    d.line != 0 ? out.value(d.text) : out.null();
    return out.end_object().take();
}

int acl_test(const arguments& a) {
    const auto read = acl_file::read_acl_file(a.file);
    for (const auto& f : read.findings) fmt::print(stderr, "{}\n", config::format_finding(f));
    if (!read.rules) return cannot_tell;
    if (!codec::check_topic_name(a.topic)) {
        fmt::print(stderr, "nightjarctl: \"{}\" is no topic that a message can have\n", a.topic);
        return cannot_tell;
    }
    const auto wanted = a.access == "read" ? plugin::access::read : plugin::access::write;
    const auto d = read.rules->check(wanted, a.user, a.client, a.topic);
    fmt::print("{}\n", a.json ? json(a, d) : sentence(a, d));
    return d.allowed ? allowed : denied;
}

} // namespace

void add_acl_test(CLI::App& app, command& run) {
    auto* sub =
        app.add_subcommand("acl-test", "may a client read or write a topic, and which line of an ACL file says so");
    const auto a = std::make_shared<arguments>();
    sub->add_option("--file", a->file, "the ACL file, as in acl_file of mosquitto.conf")->required();
    sub->add_option("--user", a->user, "the client's user name (none: an anonymous client)");
    sub->add_option("--client", a->client, "its client id (none: %c matches nothing)");
    sub->add_flag("--json", a->json, "as a JSON object");
    sub->add_option("ACCESS", a->access, "read: being sent a message; write: publishing one")
        ->required()
        ->check(CLI::IsMember({"read", "write"}));
    sub->add_option("TOPIC", a->topic, "of the message, so without wildcards")->required();
    sub->footer("Exit status: 0 allowed, 1 denied, 2 wrong command line or ACL file.");
    sub->callback([a, &run] { run = [a] { return acl_test(*a); }; });
}

} // namespace nightjar::ctl
