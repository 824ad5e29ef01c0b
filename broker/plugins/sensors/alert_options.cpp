// The plugin_opt_* lines about mail and webhooks.
#include "broker/plugins/sensors/alert_options.hpp"

#include "broker/plugins/sensors/mail_text.hpp"
#include "broker/plugins/sensors/option_keys.hpp"
#include "broker/text/json_number.hpp"

#include <cerrno>
#include <cmath>
#include <cstring>
#include <fstream>
#include <initializer_list>
#include <iterator>
#include <utility>

#include <fmt/format.h>
#include <sys/stat.h>

namespace nightjar::plugins::sensors {

namespace {

// A scheme of these, a host, and no blank or control character.
bool is_url(std::string_view text, std::initializer_list<std::string_view> schemes) {
    for (const auto scheme : schemes) {
        if (!text.starts_with(scheme) || text.size() == scheme.size() || text[scheme.size()] == '/') continue;
        for (const char c : text)
            if (static_cast<unsigned char>(c) <= 0x20 || static_cast<unsigned char>(c) >= 0x7F) return false;
        return true;
    }
    return false;
}

void apply_smtp_url(line& l) {
    if (!is_url(l.value, {"smtp://", "smtps://"}) || l.value.find('@') != std::string_view::npos)
        return l.wrong("smtp://HOST:PORT or smtps://HOST:PORT is wanted; user and password have options of their own");
    l.result.alerts.smtp_url = l.value;
}

void apply_smtp_tls(line& l) {
    auto& tls = l.result.alerts.smtp_tls;
    if (l.value == "required") {
        tls = smtp_tls::required;
    } else if (l.value == "opportunistic") {
        tls = smtp_tls::opportunistic;
    } else if (l.value == "none") {
        tls = smtp_tls::none;
    } else {
        l.wrong("required, opportunistic or none is wanted");
    }
}

// Its first line. Whoever can read it can send mail as we do.
void apply_password_file(line& l) {
    const std::string path(l.value);
    std::ifstream file(path);
    std::string password;
    if (!file || !std::getline(file, password))
        return l.wrong(fmt::format("a file with the password in its first line is wanted ({})",
                                   file.is_open() ? "it is empty" : std::strerror(errno)));
    if (password.ends_with('\r')) password.pop_back();
    struct stat status {};
    if (::stat(path.c_str(), &status) == 0 && (status.st_mode & S_IROTH) != 0)
        l.warning = "names a file that everybody on this machine can read";
    l.result.alerts.smtp_password = std::move(password);
}

void apply_cafile(line& l) {
    std::ifstream file{std::string(l.value)};
    std::string text{std::istreambuf_iterator<char>(file), {}};
    if (text.find("-----BEGIN ") == std::string::npos)
        return l.wrong("a file with certificates (PEM) that can be read is wanted");
    l.result.alerts.certificates = std::move(text);
}

void apply_retry(line& l) {
    const auto blank = l.value.find_first_of(" \t");
    const auto first = text::parse_number(l.value.substr(0, blank));
    const auto rest =
        blank == std::string_view::npos ? std::string_view{} : l.value.substr(l.value.find_first_not_of(" \t", blank));
    const auto last = text::parse_number(rest);
    const auto good = [](const std::optional<double>& n) {
        return n && *n >= 1 && *n <= 86'400 && *n == std::floor(*n);
    };
    if (!good(first) || !good(last) || *first > *last)
        return l.wrong("FIRST and LAST are wanted, whole seconds from 1 to 86400, the last not below the first");
    l.result.alerts.first_retry = static_cast<std::int64_t>(*first);
    l.result.alerts.last_retry = static_cast<std::int64_t>(*last);
}

void apply_rate(line& l) {
    const auto number = text::parse_number(l.value);
    if (!number || *number < 0 || *number > 100'000 || *number != std::floor(*number))
        return l.wrong("a whole number of mails an hour is wanted, 0 for any number");
    l.result.alerts.smtp_rate = static_cast<unsigned>(*number);
}

bool address(line& l) {
    const bool good = is_mail_address(l.value);
    if (!good) l.wrong("a mail address as op@example.org is wanted");
    return good;
}

} // namespace

std::vector<key> alert_keys() {
    return {
        {"smtp_url", apply_smtp_url},
        {"smtp_tls", apply_smtp_tls},
        {"smtp_user", [](line& l) { l.result.alerts.smtp_user = l.value; }},
        {"smtp_password_file", apply_password_file},
        {"smtp_from",
         [](line& l) {
             if (address(l)) l.result.alerts.smtp_from = l.value;
         }},
        {"smtp_to",
         [](line& l) {
             if (address(l)) l.result.alerts.smtp_to.emplace_back(l.value);
         }},
        {"smtp_rate", apply_rate},
        {"alert_url",
         [](line& l) {
             if (!is_url(l.value, {"http://", "https://"})) return l.wrong("http://... or https://... is wanted");
             l.result.alerts.urls.emplace_back(l.value);
         }},
        {"alert_cafile", apply_cafile},
        {"alert_retry", apply_retry},
    };
}

} // namespace nightjar::plugins::sensors
