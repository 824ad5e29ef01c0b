// nightjarctl backup and check: what an operator does with the store's files.
#include "storage/recovery.hpp"
#include "tools/nightjarctl/commands.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace nightjar::ctl {

namespace {

constexpr const char* default_store = "/var/lib/nightjar";

int backup(const std::string& store, const std::string& file) {
    storage::back_up(store, file);
    fmt::print("{}: {} bytes, checked\n", file, std::filesystem::file_size(file));
    return 0;
}

int check(const std::string& what) {
    const auto findings = storage::check(what);
    for (const auto& finding : findings) fmt::print("{}\n", finding);
    if (findings.empty()) fmt::print("{}: no finding\n", what);
    return findings.empty() ? 0 : 1;
}

} // namespace

void add_backup(CLI::App& app, command& run) {
    auto* sub = app.add_subcommand("backup", "copies the store while the broker runs, and checks the copy");
    auto store = std::make_shared<std::string>(default_store);
    auto file = std::make_shared<std::string>();
    sub->add_option("--store", *store, "directory of the store (persistence_location)")->capture_default_str();
    sub->add_option("FILE", *file, "the copy; replaced only when the new one has been checked")->required();
    sub->callback([&run, store, file] { run = [=] { return backup(*store, *file); }; });
}

void add_check(CLI::App& app, command& run) {
    auto* sub = app.add_subcommand("check", "reads every record of a store or a backup and names what is wrong");
    auto what = std::make_shared<std::string>(default_store);
    sub->add_option("STORE", *what, "directory of a store that no broker uses, or a backup's file")
        ->capture_default_str();
    sub->callback([&run, what] { run = [=] { return check(*what); }; });
}

} // namespace nightjar::ctl
