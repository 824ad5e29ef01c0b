#include "broker/net/tls_files.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string_view>

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/stat.h>
#include <unistd.h>

namespace nightjar::net {

namespace {

[[noreturn]] void cannot_use(std::string_view option, const std::string& path, std::string_view why) {
    throw std::runtime_error(fmt::format("cannot use {} {}: {}", option, path, why));
}

// OpenSSL would say "no start line" of all of these.
void check_readable(std::string_view option, const std::string& path) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) cannot_use(option, path, std::strerror(errno));
    struct stat found {};
    ::fstat(fd, &found);
    ::close(fd);
    if (!S_ISREG(found.st_mode)) cannot_use(option, path, "it is no file");
    if (found.st_size == 0) cannot_use(option, path, "it is empty");
}

std::string day_of(const ASN1_TIME* time) {
    std::tm parts{};
    if (ASN1_TIME_to_tm(time, &parts) != 1) return "an unknown day";
    return fmt::format("{:04}-{:02}-{:02}", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday);
}

void warn_of_dates(SSL_CTX* context, const std::string& path, std::vector<std::string>& warnings) {
    const X509* own = SSL_CTX_get0_certificate(context);
    if (own == nullptr) return;
    const auto *begin = X509_get0_notBefore(own), *end = X509_get0_notAfter(own);
    if (X509_cmp_current_time(end) < 0)
        warnings.push_back(fmt::format("certfile {} expired on {}; clients will refuse it", path, day_of(end)));
    else if (X509_cmp_current_time(begin) > 0)
        warnings.push_back(fmt::format("certfile {} is not valid before {}", path, day_of(begin)));
}

void warn_of_readers(const std::string& path, std::vector<std::string>& warnings) {
    struct stat found {};
    if (::stat(path.c_str(), &found) == 0 && (found.st_mode & S_IROTH) != 0)
        warnings.push_back(fmt::format("keyfile {} can be read by everybody; `chmod o-r` it", path));
}

// What OpenSSL says of a file with the wrong content, in words of the operator.
std::string why_not_pem(std::string_view wanted) {
    const auto last = ERR_peek_last_error();
    while (const auto code = ERR_get_error()) {
        const bool no_pem = ERR_GET_LIB(code) == ERR_LIB_PEM && ERR_GET_REASON(code) == PEM_R_NO_START_LINE;
        const bool nothing_known =
            ERR_GET_LIB(code) == ERR_LIB_OSSL_DECODER && ERR_GET_REASON(code) == ERR_R_UNSUPPORTED;
        const bool none_found =
            ERR_GET_LIB(code) == ERR_LIB_X509 && ERR_GET_REASON(code) == X509_R_NO_CERTIFICATE_OR_CRL_FOUND;
        if (!no_pem && !nothing_known && !none_found) continue;
        ERR_clear_error();
        return fmt::format("there is no {} in PEM format in it", wanted);
    }
    const char* reason = ERR_reason_error_string(last);
    return reason == nullptr ? fmt::format("OpenSSL error {:x}", last) : reason;
}

int refuse_password(char* /*to*/, int /*size*/, int /*writing*/, void* asked) {
    *static_cast<bool*>(asked) = true;
    return -1;
}

void load_key(SSL_CTX* context, const config::tls_options& options) {
    bool password_wanted = false; // nobody is there to type it
    SSL_CTX_set_default_passwd_cb(context, refuse_password);
    SSL_CTX_set_default_passwd_cb_userdata(context, &password_wanted);
    const bool used = SSL_CTX_use_PrivateKey_file(context, options.keyfile.c_str(), SSL_FILETYPE_PEM) == 1;
    const auto reason = ERR_GET_REASON(ERR_peek_last_error());
    SSL_CTX_set_default_passwd_cb(context, nullptr);
    SSL_CTX_set_default_passwd_cb_userdata(context, nullptr);
    if (used && SSL_CTX_check_private_key(context) == 1) return;
    if (password_wanted) cannot_use("keyfile", options.keyfile, "it is protected by a password");
    if (reason == X509_R_KEY_VALUES_MISMATCH || reason == X509_R_KEY_TYPE_MISMATCH) {
        ERR_clear_error();
        cannot_use("keyfile", options.keyfile, "it does not belong to certfile " + options.certfile);
    }
    cannot_use("keyfile", options.keyfile, why_not_pem("private key"));
}

} // namespace

std::string tls_error() {
    const auto code = ERR_peek_last_error();
    ERR_clear_error();
    const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
    return reason == nullptr ? fmt::format("OpenSSL error {:x}", code) : reason;
}

void load_own_certificate(SSL_CTX* context, const config::tls_options& options, std::vector<std::string>& warnings) {
    check_readable("certfile", options.certfile);
    check_readable("keyfile", options.keyfile);
    if (SSL_CTX_use_certificate_chain_file(context, options.certfile.c_str()) != 1)
        cannot_use("certfile", options.certfile, why_not_pem("certificate"));
    load_key(context, options);
    warn_of_dates(context, options.certfile, warnings);
    warn_of_readers(options.keyfile, warnings);
}

void load_authorities(SSL_CTX* context, const config::tls_options& options) {
    if (!options.cafile.empty()) {
        check_readable("cafile", options.cafile);
        if (SSL_CTX_load_verify_file(context, options.cafile.c_str()) != 1)
            cannot_use("cafile", options.cafile, why_not_pem("certificate"));
        SSL_CTX_set_client_CA_list(context, SSL_load_client_CA_file(options.cafile.c_str())); // so clients can choose
    }
    if (!options.capath.empty()) {
        std::error_code error;
        if (!std::filesystem::is_directory(options.capath, error))
            cannot_use("capath", options.capath, error ? error.message() : "it is no directory");
        if (SSL_CTX_load_verify_dir(context, options.capath.c_str()) != 1)
            cannot_use("capath", options.capath, tls_error());
    }
    if (options.crlfile.empty()) return;
    check_readable("crlfile", options.crlfile);
    X509_STORE* store = SSL_CTX_get_cert_store(context);
    auto* lookup = X509_STORE_add_lookup(store, X509_LOOKUP_file());
    if (lookup == nullptr || X509_load_crl_file(lookup, options.crlfile.c_str(), X509_FILETYPE_PEM) < 1)
        cannot_use("crlfile", options.crlfile, why_not_pem("revocation list"));
    X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK);
}

} // namespace nightjar::net
