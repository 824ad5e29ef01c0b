#include "broker/config/options/sections.hpp"

#include "broker/config/options/make.hpp"
#include "broker/config/values.hpp"

#include <algorithm>
#include <utility>

namespace nightjar::config {

namespace {

// What a `false` asks for is what we do anyway: only other values say that the listener is meant to speak TLS.
tls_options& given_tls(reading& at) {
    auto& tls = current_listener(at).tls;
    if (!std::exchange(tls.given, true)) tls.where = at.where;
    return tls;
}

option tls_text(std::string_view name, std::string tls_options::*member) {
    return works(name, [member](reading& at, std::string_view value) { given_tls(at).*member = value; });
}

option tls_flag(std::string_view name, bool tls_options::*member) {
    return works(name, [name, member](reading& at, std::string_view value) {
        const auto v = parse_bool(value);
        if (!v) return wrong_value(at, name, value, "true or false is wanted");
        if (*v) given_tls(at);
        current_listener(at).tls.*member = *v;
    });
}

void apply_tls_version(reading& at, std::string_view value) {
    constexpr std::pair<std::string_view, tls_version> known[] = {
        {"tlsv1.3", tls_version::v1_3}, {"tlsv1.2", tls_version::v1_2}, {"tlsv1.1", tls_version::v1_1},
        {"tlsv1", tls_version::v1_0},   {"tlsv1.0", tls_version::v1_0},
    };
    const auto word = first_word(value);
    const auto* found =
        std::find_if(std::begin(known), std::end(known), [&](const auto& k) { return k.first == word; });
    if (found == std::end(known)) return wrong_value(at, "tls_version", value, "tlsv1.2 or tlsv1.3 is wanted");
    given_tls(at).minimum = found->second;
    if (found->second < tls_version::v1_2)
        at.report(severity::warning, "tls_version " + std::string(word) +
                                         " is insecure; OpenSSL refuses it unless ciphers ends with @SECLEVEL=0.");
}

void apply_tls_keyform(reading& at, std::string_view value) {
    if (first_word(value) != "pem") wrong_value(at, "tls_keyform", value, "only pem is possible");
}

} // namespace

void add_tls_options(std::vector<option>& t) {
    t.push_back(tls_text("certfile", &tls_options::certfile));
    t.push_back(tls_text("keyfile", &tls_options::keyfile));
    t.push_back(tls_text("cafile", &tls_options::cafile));
    t.push_back(tls_text("capath", &tls_options::capath));
    t.push_back(tls_text("crlfile", &tls_options::crlfile));
    t.push_back(tls_text("ciphers", &tls_options::ciphers));
    t.push_back(tls_text("ciphers_tls1.3", &tls_options::ciphers_tls13));
    t.push_back(tls_flag("require_certificate", &tls_options::require_certificate));
    t.push_back(tls_flag("use_identity_as_username", &tls_options::use_identity_as_username));
    t.push_back(tls_flag("use_subject_as_username", &tls_options::use_subject_as_username));
    t.push_back(tls_flag("disable_client_cert_date_checks", &tls_options::ignore_client_dates));
    t.push_back(works("tls_version", apply_tls_version));
    t.push_back(works("tls_keyform", apply_tls_keyform));
    t.push_back(ignored("dhparamfile", "key exchanges use OpenSSL's own groups"));
    for (const auto* name : {"psk_file", "psk_hint"})
        t.push_back(would_open(name, "pre-shared keys are not supported, and without them the listener would be open"));
    for (const auto* name : {"tls_engine", "tls_engine_kpass_sha1"})
        t.push_back(would_open(name, "OpenSSL engines are not supported; the key has to be a file"));
}

} // namespace nightjar::config
