// nightjarctl passwd: users of a password file, with mosquitto_passwd's options.
#include "broker/plugins/password_file/password_file.hpp"
#include "broker/text/json_writer.hpp"
#include "tools/nightjarctl/commands.hpp"
#include "tools/nightjarctl/password_lines.hpp"
#include "tools/nightjarctl/password_prompt.hpp"
#include "tools/nightjarctl/replaced_file.hpp"

#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <unistd.h>

namespace nightjar::ctl {

namespace {

namespace passwords = plugins::password_file;
using passwords::hash_kind;

constexpr std::size_t most_password_bytes = 65'535; // MQTT's
constexpr const char* standard_output = "-";

const std::map<std::string, hash_kind> kinds{
    {"argon2id", hash_kind::argon2id}, {"sha512-pbkdf2", hash_kind::sha512_pbkdf2}, {"sha512", hash_kind::sha512}};

struct arguments {
    std::string kind = "sha512-pbkdf2";
    std::uint32_t iterations = passwords::default_iterations;
    bool create = false, remove = false, batch = false, update = false, as_json = false;
    std::string file, user, password;
};

std::string hashed(const arguments& a, std::string_view password) {
    return passwords::format_hash(passwords::make_hash(kinds.at(a.kind), password, a.iterations));
}

void check_name(const std::string& name) {
    if (const auto fault = fault_of_name(name)) throw std::runtime_error(fmt::format("no user name: {}", *fault));
}

std::string password_of(const arguments& a) {
    auto password = a.batch ? a.password : ask_password(a.user);
    if (password.empty()) throw std::runtime_error("the password is empty");
    if (password.size() > most_password_bytes) throw std::runtime_error("the password has more than 65,535 bytes");
    if (password.find('\0') != std::string::npos) throw std::runtime_error("there is a zero byte in the password");
    return password;
}

// What the broker will say of the file.
void tell_findings(const std::string& file, std::string_view text) {
    for (const auto& finding : passwords::parse_passwords(file, text).findings)
        fmt::print(stderr, "nightjarctl: {}:{}: {}\n", finding.where.file, finding.where.line, finding.text);
}

void tell_done(const arguments& a, std::string_view what) {
    if (!a.as_json) return;
    text::json_writer out;
    fmt::print("{}\n",
               out.begin_object().field("file", a.file).field("user", a.user).field(what, true).end_object().text());
}

int set(const arguments& a) {
    check_name(a.user);
    if (!a.create) static_cast<void>(replaced_file(a.file, replaced_file::expected::existing)); // before the question
    const auto hash = hashed(a, password_of(a));
    if (a.file == standard_output) {
        fmt::print("{}", with_user("", a.user, hash));
        return 0;
    }
    replaced_file file(a.file, a.create ? replaced_file::expected::any : replaced_file::expected::existing);
    const auto text = with_user(a.create ? "" : file.text(), a.user, hash);
    file.replace(text);
    tell_findings(a.file, text);
    if (!file.existed() && ::geteuid() == 0)
        fmt::print(stderr,
                   "nightjarctl: {0} is for root alone. For a broker that runs as another user: "
                   "chgrp GROUP {0} && chmod 640 {0}\n",
                   a.file);
    tell_done(a, "set");
    return 0;
}

int remove(const arguments& a) {
    replaced_file file(a.file, replaced_file::expected::existing);
    const auto text = without_user(file.text(), a.user);
    if (!text) throw std::runtime_error(fmt::format("{}: there is no such user in it", a.file));
    file.replace(*text);
    tell_findings(a.file, *text);
    tell_done(a, "removed");
    return 0;
}

int update(const arguments& a) {
    replaced_file file(a.file, replaced_file::expected::existing);
    const auto result = hash_plain_lines(file.text(), [&](std::string_view password) { return hashed(a, password); });
    for (const auto& fault : result.faults)
        fmt::print(stderr, "nightjarctl: {}:{}: {}\n", a.file, fault.line, fault.what);
    if (!result.faults.empty()) throw std::runtime_error(fmt::format("{} was not changed", a.file));
    if (result.hashed > 0) file.replace(result.text);
    tell_findings(a.file, result.text);
    if (a.as_json) {
        text::json_writer out;
        out.begin_object().field("file", a.file).field("hashed", result.hashed).field("unchanged", result.left_alone);
        fmt::print("{}\n", out.end_object().text());
    } else {
        fmt::print("{}: {} hashed now, {} were already\n", a.file, result.hashed, result.left_alone);
    }
    return 0;
}

// As mosquitto_passwd, options come first and what follows the file is never one: a password may begin with '-'.
void take_words(arguments& a, const std::vector<std::string>& words) {
    const std::size_t wanted = a.update ? 1 : a.batch ? 3 : 2;
    if (!words.empty() && words[0].size() > 1 && words[0][0] == '-') throw CLI::ExtrasError({words[0]});
    if (words.size() != wanted)
        throw CLI::ValidationError(a.update  ? "-U wants FILE"
                                   : a.batch ? "-b wants FILE USER PASSWORD, options before them"
                                             : "FILE USER are wanted, options before them");
    a.file = words[0];
    if (wanted > 1) a.user = words[1];
    if (wanted > 2) a.password = words[2];
    if (a.file == standard_output && !a.create) throw CLI::ValidationError("- is a file for -c alone");
    if (a.file == standard_output && a.as_json) throw CLI::ValidationError("--json does not go with - as FILE");
}

} // namespace

void add_passwd(CLI::App& app, command& run) {
    auto* sub = app.add_subcommand("passwd", "sets, removes or hashes passwords of a password_file");
    const auto a = std::make_shared<arguments>();
    sub->prefix_command();
    sub->footer("nightjarctl passwd [OPTIONS] FILE USER\n"
                "nightjarctl passwd [OPTIONS] -b FILE USER PASSWORD\n"
                "nightjarctl passwd [OPTIONS] -U FILE\n"
                "The password is asked for twice, or read from standard input if that is no terminal.");
    sub->add_option("-H", a->kind, "argon2id (no mosquitto 2.0 reads it), sha512-pbkdf2 (default), sha512")
        ->option_text("KIND");
    auto* iterations = sub->add_option("-I", a->iterations, "iterations of sha512-pbkdf2 (10000)");
    iterations->check(CLI::Range(1U, passwords::most_iterations))->option_text("N");
    auto* create = sub->add_flag("-c", a->create, "make the file, in the place of what is there; FILE may be - then");
    auto* remove_flag = sub->add_flag("-D", a->remove, "remove the user");
    auto* batch = sub->add_flag("-b", a->batch, "the password stands on the command line, where others may see it");
    auto* update_flag = sub->add_flag("-U", a->update, "hash what is plain text in FILE");
    sub->add_flag("--json", a->as_json, "the result as a JSON object; not with - as FILE");
    remove_flag->excludes(create)->excludes(batch)->excludes(update_flag);
    update_flag->excludes(create)->excludes(batch);
    sub->callback([a, sub, iterations, &run] {
        if (!kinds.contains(a->kind)) throw CLI::ValidationError("-H wants argon2id, sha512-pbkdf2 or sha512");
        if (iterations->count() > 0 && kinds.at(a->kind) != hash_kind::sha512_pbkdf2)
            throw CLI::ValidationError("-I is for sha512-pbkdf2 alone");
        take_words(*a, sub->remaining());
        run = [a] { return a->update ? update(*a) : a->remove ? remove(*a) : set(*a); };
    });
}

} // namespace nightjar::ctl
