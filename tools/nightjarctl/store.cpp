// nightjarctl backup and check: what an operator does with the store's files.
#include "broker/text/json_writer.hpp"
#include "storage/recovery.hpp"
#include "tools/nightjarctl/commands.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace nightjar::ctl {

namespace {

constexpr const char* default_store = "/var/lib/nightjar";

struct arguments {
    std::string store = default_store, file;
    bool as_json = false;
};

int backup(const arguments& a) {
    storage::back_up(a.store, a.file);
    const auto size = std::filesystem::file_size(a.file);
    if (a.as_json) {
        text::json_writer out;
        out.begin_object().field("file", a.file).field("bytes", size).field("checked", true);
        fmt::print("{}\n", out.end_object().text());
    } else {
        fmt::print("{}: {} bytes, checked\n", a.file, size);
    }
    return 0;
}

int check(const arguments& a) {
    const auto findings = storage::check(a.store);
    if (a.as_json) {
        text::json_writer out;
        out.begin_object().field("store", a.store).key("findings").begin_array();
        for (const auto& finding : findings) out.value(finding);
        fmt::print("{}\n", out.end_array().end_object().text());
    } else {
        for (const auto& finding : findings) fmt::print("{}\n", finding);
        if (findings.empty()) fmt::print("{}: no finding\n", a.store);
    }
    return findings.empty() ? 0 : 1;
}

} // namespace

void add_backup(CLI::App& app, command& run) {
    auto* sub = app.add_subcommand("backup", "copies the store while the broker runs, and checks the copy");
    const auto a = std::make_shared<arguments>();
    sub->add_option("--store", a->store, "directory of the store (persistence_location)")->capture_default_str();
    sub->add_option("FILE", a->file,
                    "the copy, none of the store's own files; replaced only when the new one has been checked")
        ->required();
    sub->add_flag("--json", a->as_json, "the result as a JSON object");
    sub->callback([&run, a] { run = [a] { return backup(*a); }; });
}

void add_check(CLI::App& app, command& run) {
    auto* sub = app.add_subcommand("check", "reads every record of a store or a backup and names what is wrong");
    const auto a = std::make_shared<arguments>();
    sub->add_option("STORE", a->store, "directory of a store that no broker uses, or a backup's file")
        ->capture_default_str();
    sub->add_flag("--json", a->as_json, "the findings as a JSON object");
    sub->callback([&run, a] { run = [a] { return check(*a); }; });
}

} // namespace nightjar::ctl
