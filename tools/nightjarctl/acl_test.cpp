// nightjarctl acl-test: what an ACL file says of one client and one topic, and which of its lines says it. Asks no
// broker.
#include "broker/plugins/acl_file/acl_file.hpp"
#include "broker/plugins/acl_file/explain.hpp"
#include "broker/text/json_writer.hpp"
#include "tools/nightjarctl/commands.hpp"

#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace nightjar::ctl {

namespace {

namespace acl_file = plugins::acl_file;

constexpr int allowed = 0, denied = 1, cannot_tell = 2;

struct arguments {
    std::string file, user, client, access, topic;
    bool json = false;
};

std::string json(const arguments& a, const acl_file::decision& d) {
    text::json_writer out;
    out.begin_object().field("allowed", d.allowed).field("reason", acl_file::name_of(d.why)).field("file", a.file);
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
    const bool subscription = a.access == "subscribe";
    if (subscription ? !codec::check_topic_filter(a.topic) : !codec::check_topic_name(a.topic)) {
        fmt::print(stderr, "nightjarctl: \"{}\" is no topic {}\n", a.topic,
                   subscription ? "filter" : "that a message can have");
        return cannot_tell;
    }
    const auto wanted = a.access == "read" ? plugin::access::read : plugin::access::write;
    const auto d = subscription ? read.rules->check_filter(a.user, a.client, a.topic)
                                : read.rules->check(wanted, a.user, a.client, a.topic);
    fmt::print("{}\n", a.json ? json(a, d) : acl_file::sentence(d, a.file));
    return d.allowed ? allowed : denied;
}

} // namespace

void add_acl_test(CLI::App& app, command& run) {
    auto* sub = app.add_subcommand(
        "acl-test", "may a client read, write or subscribe to a topic, and which line of an ACL file says so");
    const auto a = std::make_shared<arguments>();
    sub->add_option("--file", a->file, "the ACL file, as in acl_file of mosquitto.conf")->required();
    sub->add_option("--user", a->user, "the client's user name (none: an anonymous client)");
    sub->add_option("--client", a->client, "its client id (none: %c matches nothing)");
    sub->add_flag("--json", a->json, "as a JSON object");
    sub->add_option("ACCESS", a->access,
                    "read: being sent a message; write: publishing one; subscribe: as acl_deny_subscribe has it")
        ->required()
        ->check(CLI::IsMember({"read", "write", "subscribe"}));
    sub->add_option("TOPIC", a->topic, "of the message, so without wildcards; or the filter of a subscription")
        ->required();
    sub->footer("Exit status: 0 allowed, 1 denied, 2 wrong command line or ACL file.");
    sub->callback([a, &run] { run = [a] { return acl_test(*a); }; });
}

} // namespace nightjar::ctl
